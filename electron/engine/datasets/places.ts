/**
 * Where datasets and subsets lie in a workspace. A folder is filled under `.scratch` and renamed into place when it is whole;
 * its record in the store comes last, and a folder whose record is missing is taken up again from its own manifest.
 *
 *   datasets/<id>/dataset.json             the record, as the contract says it
 *   datasets/<id>/rows.parquet             row, line, prompt, trajectory, answer, source, verdict, prompt_hash
 *   datasets/<id>/scores/<scorer>.parquet  row, value (and hits, tries for a pass rate of k in n)
 *   subsets/<id>/subset.json, rows.parquet position, row, split
 */
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Workspace } from '../workspace/folder.ts'

export type DataFolders = Pick<Workspace, 'datasets' | 'subsets' | 'uploads' | 'exports'>

export const datasetPlaces = (folder: string) => ({
  folder,
  manifest: join(folder, 'dataset.json'),
  rows: join(folder, 'rows.parquet'),
  scores: join(folder, 'scores'),
  scorer: (id: string) => join(folder, 'scores', scorerFile(id)),
})
export type DatasetPlaces = ReturnType<typeof datasetPlaces>

export const datasetAt = (folders: DataFolders, id: string): DatasetPlaces => datasetPlaces(join(folders.datasets, id))

export const subsetPlaces = (folder: string) => ({
  folder,
  manifest: join(folder, 'subset.json'),
  rows: join(folder, 'rows.parquet'),
})
export const subsetAt = (folders: DataFolders, id: string) => subsetPlaces(join(folders.subsets, id))

/** On the same disk as what it becomes, so that a rename is enough. */
export const scratchOf = (folders: DataFolders): string => join(folders.datasets, '.scratch')

/** Throws away what an engine that was killed left half done. */
export function clearScratch(folders: DataFolders): void {
  rmSync(scratchOf(folders), { recursive: true, force: true })
  mkdirSync(scratchOf(folders), { recursive: true })
}

/** `column:model.difficulty` may hold anything a file name may not: letters stay readable, a hash keeps names apart. */
export function scorerFile(id: string): string {
  const readable = id.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 60)
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 8)
  return `${readable}-${hash}.parquet`
}
