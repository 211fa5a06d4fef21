/**
 * What the run store keeps about datasets and subsets: facts only. Rows, scores and drawn row ids lie in Parquet beside it
 * (places.ts); a folder without its record is swept away at the next start, so the record is written last.
 */
import type { Dataset, Scorer, Subset } from '#shared/contract/datasets.ts'

/** A record and whether the user has removed it: removed ones keep their files until they are restored or purged. */
export interface Kept<T> {
  readonly value: T
  readonly removedAt: number | null
}

export interface DatasetStore {
  /** Living ones, newest first. */
  datasets(): Dataset[]
  /** Living or removed. */
  dataset(id: string): Kept<Dataset> | undefined
  /** The dataset of this task whose rows are these, living or removed: a second import of the same rows finds the first. */
  datasetByContent(task: Dataset['task'], contentHash: string): Kept<Dataset> | undefined
  /** Highest version under a name, removed ones included; 0 when there is none. */
  lastDatasetVersion(name: string): number
  /** Throws where the id or (name, version) is taken. */
  addDataset(dataset: Dataset): void
  /** Adds or replaces scorers by id. */
  putScorers(dataset: string, scorers: readonly Scorer[]): void
  renameDataset(id: string, name: string, version: number): void
  setDatasetRemoved(id: string, at: number | null): void
  removedDatasets(): Kept<Dataset>[]
  /** For good, with its scorers. Throws while a subset of it is kept. */
  purgeDataset(id: string): void

  /** Living ones, newest first; `datasetName` is the dataset's present name. */
  subsets(): Subset[]
  subset(id: string): Kept<Subset> | undefined
  lastSubsetVersion(name: string): number
  addSubset(subset: Subset): void
  setSubsetRemoved(id: string, at: number | null): void
  removedSubsets(): Kept<Subset>[]
  purgeSubset(id: string): void
}
