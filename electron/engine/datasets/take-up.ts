/**
 * Folders that are whole but unknown to the store (the engine was killed between the rename and the record, or the store
 * was put back from a backup) are taken up again from their manifests: what was saved stays saved.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Dataset, Subset } from '#shared/contract/datasets.ts'
import { datasetAt, subsetAt, type DataFolders } from './places.ts'
import type { DatasetStore } from './store.ts'

/** Returns what was taken up. A manifest that cannot be read is left alone. */
export function takeUp(folders: DataFolders, store: DatasetStore): { datasets: string[]; subsets: string[] } {
  const datasets: string[] = []
  for (const id of idsIn(folders.datasets)) {
    const { manifest, rows } = datasetAt(folders, id)
    if (store.dataset(id) || !existsSync(rows)) continue
    const read = Dataset.safeParse(json(manifest))
    if (!read.success || read.data.id !== id) continue
    store.addDataset({ ...read.data, version: free(read.data.version, store.lastDatasetVersion(read.data.name)) })
    datasets.push(id)
  }
  const subsets: string[] = []
  for (const id of idsIn(folders.subsets)) {
    const { manifest, rows } = subsetAt(folders, id)
    if (store.subset(id) || !existsSync(rows)) continue
    const read = Subset.safeParse(json(manifest))
    if (!read.success || read.data.id !== id || !store.dataset(read.data.dataset)) continue
    store.addSubset({ ...read.data, version: free(read.data.version, store.lastSubsetVersion(read.data.name)) })
    subsets.push(id)
  }
  return { datasets, subsets }
}

const idsIn = (folder: string) => readdirSync(folder).filter((name) => /^[a-z]+_[0-9a-z]+$/.test(name))
/** Its own version where that is still the newest; else the next. */
const free = (version: number, last: number) => (version > last ? version : last + 1)

function json(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
