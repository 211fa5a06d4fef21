/** A subset's rows for a run, in order, a few thousand at a time: whatever its size, memory holds one piece. */
import type { Duck } from '../duck.ts'
import type { DataFolders } from '../places.ts'
import type { DatasetStore } from '../store.ts'
import { subsetFiles, type Split } from './save-subset.ts'

export interface SubsetRow {
  readonly split: Split
  /** Row of the dataset. */
  readonly id: number
  readonly prompt: string
  readonly trajectory: string
  /** '' where the row has none. */
  readonly answer: string
}

/** By split (train, validation, test), then as in the dataset. Throws `subset.not_found`, `cancelled`. */
export async function* rowsOfSubset(
  duck: Duck,
  store: DatasetStore,
  folders: DataFolders,
  id: string,
  signal?: AbortSignal,
): AsyncGenerator<SubsetRow, void, void> {
  const { sql } = subsetFiles(store, folders, id)
  const pieces = duck.stream<SubsetRow>(
    `SELECT split, "row" AS id, prompt, trajectory, coalesce(answer, '') AS answer FROM (${sql}) ORDER BY position`,
    { signal },
  )
  for await (const rows of pieces) yield* rows
}
