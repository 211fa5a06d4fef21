/** Rows as runs use them: a subset by its splits, or a whole dataset, all of it to test on. What a run began with stays, also in the bin. */
import type { DataFacts } from '../experiments/check-data.ts'
import { isDataset } from '#shared/experiment/spec.ts'
import { noDataset } from './curate/selection.ts'
import { sqlText, type Duck } from './duck.ts'
import { datasetAt, type DataFolders } from './places.ts'
import type { DatasetStore } from './store.ts'
import { noSubset, subsetFiles, type Split } from './subsets/save-subset.ts'

export interface RunRow {
  readonly prompt: string
  readonly trajectory: string
  /** '' where the row has none. */
  readonly answer: string
}

export interface RunRows {
  /** Living ones only. Throws `subset.not_found`, `dataset.not_found`. */
  facts(ref: string): DataFacts
  /** All rows of a part, in order, in memory. */
  rows(ref: string, split: Split): Promise<RunRow[]>
  /** The first rows of a part. */
  first(ref: string, split: Split, count: number): Promise<RunRow[]>
}

export function createRunRows(duck: Duck, store: DatasetStore, folders: DataFolders): RunRows {
  const columns = `prompt, trajectory, coalesce(answer, '') AS answer`

  function select(ref: string, split: Split): string | null {
    if (!isDataset(ref))
      return `SELECT ${columns} FROM (${subsetFiles(store, folders, ref).sql}) WHERE split = '${split}' ORDER BY position`
    if (!store.dataset(ref)) throw noDataset(ref)
    if (split !== 'test') return null
    return `SELECT ${columns} FROM read_parquet(${sqlText(datasetAt(folders, ref).rows)}) ORDER BY "row"`
  }

  return {
    facts(ref) {
      const subset = isDataset(ref) ? undefined : store.subset(ref)
      if (!isDataset(ref) && (!subset || subset.removedAt !== null)) throw noSubset(ref)
      const found = store.dataset(subset?.value.dataset ?? ref)
      if (!found || (!subset && found.removedAt !== null)) throw subset ? noSubset(ref) : noDataset(ref)
      const { task, name, rows, mapping } = found.value
      return {
        task,
        name: subset?.value.name ?? name,
        splits: subset?.value.splits ?? { train: 0, validation: 0, test: rows },
        hasTrajectories: mapping === null || mapping.trajectory !== undefined,
      }
    },
    async rows(ref, split) {
      const sql = select(ref, split)
      const all: RunRow[] = []
      if (sql) for await (const rows of duck.stream<RunRow>(sql)) all.push(...rows)
      return all
    },
    async first(ref, split, count) {
      const sql = select(ref, split)
      return sql ? duck.rows<RunRow>(`${sql} LIMIT ${count}`) : []
    },
  }
}
