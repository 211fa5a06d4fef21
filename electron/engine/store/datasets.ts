/** Records of datasets, their scorers and subsets. The datasets room says what it needs (datasets/store.ts); this keeps it. */
import type { Selectable } from 'kysely'
import type { ColumnMapping, Dataset, Scorer, Subset, SubsetRecipe } from '#shared/contract/datasets.ts'
import type { DatasetStore } from '../datasets/store.ts'
import type { DatasetTable, ScorerTable, SubsetTable } from './schema.ts'
import { query, type Store } from './store.ts'

export function createDatasetStore(store: Store): DatasetStore {
  const scorersOf = (dataset: string): Scorer[] =>
    store.all(query.selectFrom('scorers').selectAll().where('dataset', '=', dataset).orderBy('ordinal')).map(scorerOf)
  const datasetOf = (row: Selectable<DatasetTable>): Dataset => ({
    id: row.id,
    name: row.name,
    version: row.version,
    task: row.task,
    rows: row.rows,
    prompts: row.prompts,
    rejected: row.rejected,
    rejections: JSON.parse(row.rejections) as Dataset['rejections'],
    source: row.source,
    mapping: row.mapping === null ? null : (JSON.parse(row.mapping) as ColumnMapping),
    contentHash: row.content_hash,
    bytes: row.bytes,
    scorers: scorersOf(row.id),
    createdAt: row.created_at,
  })
  const lastVersion = (table: 'datasets' | 'subsets', name: string): number =>
    store.first(
      query
        .selectFrom(table)
        .select(({ fn }) => fn.max('version').as('version'))
        .where('name', '=', name),
    )?.version ?? 0
  const kept = <Row extends { deleted_at: number | null }, T>(row: Row | undefined, value: (row: Row) => T) =>
    row && { value: value(row), removedAt: row.deleted_at }

  return {
    datasets: () =>
      store
        .all(
          query
            .selectFrom('datasets')
            .selectAll()
            .where('deleted_at', 'is', null)
            .orderBy('created_at', 'desc')
            .orderBy('id'),
        )
        .map(datasetOf),
    dataset: (id) => kept(store.first(query.selectFrom('datasets').selectAll().where('id', '=', id)), datasetOf),
    datasetByContent: (task, contentHash) =>
      kept(
        store.first(
          query
            .selectFrom('datasets')
            .selectAll()
            .where('task', '=', task)
            .where('content_hash', '=', contentHash)
            // A living one before a removed one.
            .orderBy('deleted_at')
            .orderBy('created_at', 'desc'),
        ),
        datasetOf,
      ),
    lastDatasetVersion: (name) => lastVersion('datasets', name),
    addDataset: (dataset) =>
      store.transaction(() => {
        const { id, name, version, task, rows, prompts, rejected, source, bytes } = dataset
        store.run(
          query.insertInto('datasets').values({
            ...{ id, name, version, task, rows, prompts, rejected, source, bytes },
            rejections: JSON.stringify(dataset.rejections),
            mapping: dataset.mapping && JSON.stringify(dataset.mapping),
            content_hash: dataset.contentHash,
            created_at: dataset.createdAt,
            deleted_at: null,
          }),
        )
        putScorers(store, id, dataset.scorers)
      }),
    putScorers: (dataset, scorers) => store.transaction(() => putScorers(store, dataset, scorers)),
    renameDataset: (id, name, version) =>
      void store.run(query.updateTable('datasets').set({ name, version }).where('id', '=', id)),
    setDatasetRemoved: (id, at) =>
      void store.run(query.updateTable('datasets').set({ deleted_at: at }).where('id', '=', id)),
    removedDatasets: () =>
      store
        .all(query.selectFrom('datasets').selectAll().where('deleted_at', 'is not', null).orderBy('id'))
        .map((row) => ({ value: datasetOf(row), removedAt: row.deleted_at })),
    purgeDataset: (id) => void store.run(query.deleteFrom('datasets').where('id', '=', id)),

    subsets: () =>
      store
        .all(subsetsWithNames().where('subsets.deleted_at', 'is', null).orderBy('subsets.created_at', 'desc'))
        .map(subsetOf),
    subset: (id) => kept(store.first(subsetsWithNames().where('subsets.id', '=', id)), subsetOf),
    lastSubsetVersion: (name) => lastVersion('subsets', name),
    addSubset: (subset) => {
      const { id, name, version, dataset, rows } = subset
      store.run(
        query.insertInto('subsets').values({
          ...{ id, name, version, dataset, rows, ...subset.splits },
          recipe: JSON.stringify(subset.recipe),
          content_hash: subset.contentHash,
          mean_length: subset.meanLength,
          created_at: subset.createdAt,
          deleted_at: null,
        }),
      )
    },
    setSubsetRemoved: (id, at) =>
      void store.run(query.updateTable('subsets').set({ deleted_at: at }).where('id', '=', id)),
    removedSubsets: () =>
      store
        .all(subsetsWithNames().where('subsets.deleted_at', 'is not', null).orderBy('subsets.id'))
        .map((row) => ({ value: subsetOf(row), removedAt: row.deleted_at })),
    purgeSubset: (id) => void store.run(query.deleteFrom('subsets').where('id', '=', id)),
  }
}

const subsetsWithNames = () =>
  query
    .selectFrom('subsets')
    .innerJoin('datasets', 'datasets.id', 'subsets.dataset')
    .selectAll('subsets')
    .select('datasets.name as dataset_name')

const subsetOf = (row: Selectable<SubsetTable> & { dataset_name: string }): Subset => ({
  id: row.id,
  name: row.name,
  version: row.version,
  dataset: row.dataset,
  datasetName: row.dataset_name,
  recipe: JSON.parse(row.recipe) as SubsetRecipe,
  rows: row.rows,
  splits: { train: row.train, validation: row.validation, test: row.test },
  contentHash: row.content_hash,
  meanLength: row.mean_length,
  createdAt: row.created_at,
})

const scorerOf = (row: Selectable<ScorerTable>): Scorer => ({
  id: row.id,
  title: row.title,
  unit: row.unit,
  harder: row.harder,
  missing: row.missing,
  min: row.min,
  max: row.max,
  integer: row.is_integer === 1,
})

/** Replaces by id and keeps the place of those that were there; new ones come last. */
function putScorers(store: Store, dataset: string, scorers: readonly Scorer[]): void {
  const known = store.all(query.selectFrom('scorers').select(['id', 'ordinal']).where('dataset', '=', dataset))
  let next = Math.max(-1, ...known.map(({ ordinal }) => ordinal)) + 1
  for (const { id, title, unit, harder, missing, min, max, integer } of scorers) {
    const facts = { title, unit, harder, missing, min, max, is_integer: integer ? 1 : 0 }
    const ordinal = known.find((scorer) => scorer.id === id)?.ordinal ?? next++
    store.run(
      query
        .insertInto('scorers')
        .values({ dataset, id, ordinal, ...facts })
        .onConflict((conflict) => conflict.columns(['dataset', 'id']).doUpdateSet(facts)),
    )
  }
}
