/**
 * What was removed long ago goes for good: the record, and the rows on the disk. A subset stays as long as any run names it
 * (a resumed run reads its rows again), a dataset as long as any subset is drawn from it or was cleaned against it.
 */
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { datasetAt, scratchOf, subsetAt, type DataFolders } from './places.ts'
import type { DatasetStore, Kept } from './store.ts'

export interface PurgeDeps {
  readonly folders: DataFolders
  readonly store: DatasetStore
  /** Does a run, living or removed, name this subset? */
  isUsed(subset: string): boolean
}

/** Removes what was removed before `before` (ms). Returns the ids that are gone. */
export function purgeRemoved({ folders, store, isUsed }: PurgeDeps, before: number): string[] {
  const isDue = ({ removedAt }: Kept<unknown>) => removedAt !== null && removedAt < before
  const subsets = store
    .removedSubsets()
    .filter((kept) => isDue(kept) && !isUsed(kept.value.id))
    .map(({ value }) => value.id)
  for (const id of subsets) {
    takeAway(folders, subsetAt(folders, id).folder, id)
    store.purgeSubset(id)
  }
  const needed = new Set(
    [...store.subsets(), ...store.removedSubsets().map(({ value }) => value)].flatMap(({ dataset, recipe }) => [
      dataset,
      ...(recipe.filters.benchmarks ?? []),
    ]),
  )
  const datasets = store
    .removedDatasets()
    .filter((kept) => isDue(kept) && !needed.has(kept.value.id))
    .map(({ value }) => value.id)
  for (const id of datasets) {
    takeAway(folders, datasetAt(folders, id).folder, id)
    store.purgeDataset(id)
  }
  return [...subsets, ...datasets]
}

/** First out of its place, at once and whole: a folder without its record would be taken up again (take-up.ts). */
function takeAway(folders: DataFolders, folder: string, id: string): void {
  const aside = join(scratchOf(folders), `purged-${id}`)
  try {
    renameSync(folder, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  rmSync(aside, { recursive: true, force: true })
}
