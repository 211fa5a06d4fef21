/**
 * Saves what a recipe draws: the recipe, the row numbers in order with their splits, a content hash. Rows stand by split
 * (train, validation, test), then as in the dataset; that is the order of exports and of runs.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Subset, SubsetRecipe } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { newId } from '../../ids.ts'
import { writeWhole } from '../../workspace/write-whole.ts'
import type { Selections } from '../curate/selection.ts'
import { sqlText, type Duck, type QueryOptions } from '../duck.ts'
import { contentHash } from '../import/content-hash.ts'
import { datasetAt, scratchOf, subsetAt, subsetPlaces, type DataFolders } from '../places.ts'
import type { DatasetStore } from '../store.ts'

export interface SubsetDeps {
  readonly duck: Duck
  readonly folders: DataFolders
  readonly store: DatasetStore
  readonly selections: Selections
  readonly now: () => number
}

export const splits = ['train', 'validation', 'test'] as const
export type Split = (typeof splits)[number]

const splitOrder = `CASE split ${splits.map((name, i) => `WHEN '${name}' THEN ${i}`).join(' ')} END`

/**
 * The same recipe under the same name gives the subset that is there; a changed recipe its next version.
 * Throws `subset.too_few_rows`, `dataset.not_found`, `input.invalid` (unknown scorer), `workspace.full`.
 */
export function saveSubset(
  { duck, folders, store, selections, now }: SubsetDeps,
  recipe: SubsetRecipe,
  options: QueryOptions = {},
): Promise<Subset> {
  return selections.drawn(recipe, async ({ pool, table, counts }) => {
    if (counts.problem !== null) throw tooFew(recipe, counts.problem)
    const folder = join(scratchOf(folders), newId('sub'))
    const made = subsetPlaces(folder)
    mkdirSync(folder, { recursive: true })
    try {
      await duck.run(
        `COPY (SELECT (row_number() OVER (ORDER BY ${splitOrder}, "row") - 1)::INTEGER AS position, "row", split FROM ${table} ORDER BY position)
         TO ${sqlText(made.rows)} (FORMAT parquet, COMPRESSION zstd)`,
        options,
      )
      const hash = await contentHash(duck, textsSql(made.rows, pool.rowsFile), options)
      const facts = {
        recipe,
        rows: counts.drawn,
        splits: counts.splits,
        contentHash: hash,
        meanLength: counts.meanLength,
      }
      // Synchronous from here on: two that end at once cannot take one version.
      const version = store.lastSubsetVersion(recipe.name)
      const last = store.subsets().find((subset) => subset.name === recipe.name && subset.version === version)
      if (last && last.contentHash === hash && JSON.stringify(last.recipe) === JSON.stringify(recipe)) return last
      const { id: dataset, name: datasetName } = pool.dataset
      const subset: Subset = {
        id: newId('sub'),
        name: recipe.name,
        version: version + 1,
        dataset,
        datasetName,
        ...facts,
        createdAt: now(),
      }
      writeWhole(made.manifest, JSON.stringify(subset))
      renameSync(folder, subsetAt(folders, subset.id).folder)
      store.addSubset(subset)
      return subset
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

const tooFew = (recipe: SubsetRecipe, problem: string) =>
  new Failure({
    code: 'subset.too_few_rows',
    message: problem,
    input: `recipe "${recipe.name}"`,
    remedy: 'Draw fewer rows, relax a filter, or make the validation and test splits smaller.',
  })

/** SQL of (position, row, split, prompt, trajectory, answer, source) of a subset's rows. */
export const textsSql = (subsetRows: string, datasetRows: string): string =>
  `SELECT position, "row", split, prompt, trajectory, answer, source
   FROM read_parquet(${sqlText(subsetRows)}) AS placed JOIN read_parquet(${sqlText(datasetRows)}) AS texts USING ("row")`

export interface SubsetFiles {
  readonly subset: Subset
  /** SQL of the rows with their texts, see `textsSql`. */
  readonly sql: string
}

/** Of a living or removed subset: a run that began with it goes on. Throws `subset.not_found`. */
export function subsetFiles(store: DatasetStore, folders: DataFolders, id: string): SubsetFiles {
  const found = store.subset(id)
  if (!found) throw noSubset(id)
  const { value: subset } = found
  return { subset, sql: textsSql(subsetAt(folders, id).rows, datasetAt(folders, subset.dataset).rows) }
}

export const noSubset = (id: string) =>
  new Failure({
    code: 'subset.not_found',
    message: 'There is no such subset.',
    input: id,
    remedy: 'List the subsets again; it may have been removed.',
  })
