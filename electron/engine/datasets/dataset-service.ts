/**
 * The datasets room as the rest of the engine sees it: files in, datasets, curation, subsets, rows for runs, exports out.
 * Composed here; every part below takes what it needs and knows nothing of RPC, jobs or windows.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SubsetRecipe, type Dataset, type Inspection, type Subset } from '#shared/contract/datasets.ts'
import type { LabSetName } from '#tasks/lab/recipe.ts'
import { newId } from '../ids.ts'
import { createCurator, type Curator } from './curate/curator.ts'
import { createPools } from './curate/pool.ts'
import { createSelections, noDataset } from './curate/selection.ts'
import { createDuck, type QueryOptions } from './duck.ts'
import { hashedRows } from './import/content-hash.ts'
import { importFile, type Imported, type ImportRequest } from './import/import-file.ts'
import { inspectFile } from './inspect/inspect-file.ts'
import { labMapping, writeLabRows } from './lab-rows.ts'
import { localFile, type LocalFile } from './local-file.ts'
import { clearScratch, datasetAt, scratchOf, type DataFolders } from './places.ts'
import { createMarks } from './similarity/prompt-marks.ts'
import { purgeRemoved } from './purge.ts'
import type { DatasetStore } from './store.ts'
import { exportRows } from './subsets/export-rows.ts'
import { noSubset, saveSubset, subsetFiles, type Split } from './subsets/save-subset.ts'
import { rowsOfSubset, type SubsetRow } from './subsets/subset-rows.ts'
import { createRunRows, type RunRows } from './run-rows.ts'
import { takeUp } from './take-up.ts'
import { createUploads, isUpload, uploadId, type Uploads } from './uploads.ts'

export interface DatasetServiceDeps {
  readonly folders: DataFolders
  readonly store: DatasetStore
  readonly now: () => number
  /** Told when a list changed. */
  readonly changed: (kind: 'datasets' | 'subsets', id: string) => void
  readonly memoryBytes?: number
  readonly threads?: number
}

export interface LabDatasetRequest {
  readonly set: LabSetName
  readonly rows: number
  readonly seed: number
  readonly name?: string | undefined
}

type Work = Pick<ImportRequest, 'signal' | 'onProgress'>

export interface DatasetService {
  readonly uploads: Uploads
  readonly curate: Curator
  /** For runs. */
  readonly forRuns: RunRows
  list(): Dataset[]
  /** A path or `upload:ID`, checked. */
  file(path: string): Promise<LocalFile>
  inspect(path: string): Promise<Inspection>
  import(
    request: { path: string } & Pick<ImportRequest, 'name' | 'mapping' | 'benchmark'>,
    work?: Work,
  ): Promise<Imported>
  generateLab(request: LabDatasetRequest, work?: Work): Promise<Imported>
  rename(id: string, name: string): void
  /** Into the bin: out of the lists, files kept, until `restore`. */
  remove(id: string): void
  restore(id: string): void
  /** What was removed before a time (ms) goes for good, unless something still needs it. Returns the ids that are gone. */
  purge(before: number, isUsed: (subset: string) => boolean): string[]
  export(id: string, path: string | null, options?: QueryOptions): Promise<{ path: string; rows: number }>
  readonly subsets: {
    list(): Subset[]
    create(recipe: SubsetRecipe, options?: QueryOptions): Promise<Subset>
    /** For runs: by split, then as in the dataset, in pieces. A removed subset still gives its rows. */
    rows(id: string, signal?: AbortSignal): AsyncGenerator<SubsetRow, void, void>
    /** All of them in memory. */
    rowsBySplit(id: string, signal?: AbortSignal): Promise<Record<Split, SubsetRow[]>>
    /** Living or removed. */
    find(id: string): Subset | null
    export(id: string, path: string | null, options?: QueryOptions): Promise<{ path: string; rows: number }>
    remove(id: string): void
    restore(id: string): void
  }
  close(): Promise<void>
}

export function createDatasetService(deps: DatasetServiceDeps): DatasetService {
  const { folders, store, now, changed } = deps
  clearScratch(folders)
  takeUp(folders, store)
  const uploads = createUploads(folders.uploads)
  const duck = createDuck({
    scratch: join(scratchOf(folders), 'duckdb'),
    memoryBytes: deps.memoryBytes,
    threads: deps.threads,
  })
  const pools = createPools(duck, folders)
  const selections = createSelections(duck, pools, createMarks(duck, folders, store), store)
  const curate = createCurator(duck, pools, selections, store)

  /** Memory that is being given back. */
  let freeing: Promise<void> = Promise.resolve()

  const living = (id: string): Dataset => {
    const found = store.dataset(id)
    if (!found || found.removedAt !== null) throw noDataset(id)
    return found.value
  }
  const known = (id: string) => store.dataset(id) ?? fail(noDataset(id))
  const knownSubset = (id: string) => store.subset(id) ?? fail(noSubset(id))
  const told = (imported: Imported): Imported => {
    changed('datasets', imported.dataset.id)
    return imported
  }

  return {
    uploads,
    curate,
    forRuns: createRunRows(duck, store, folders),
    list: () => store.datasets(),
    file: (path) => uploads.file(path),
    inspect: async (path) => ({ ...(await inspectFile(duck, await uploads.file(path), scratchOf(folders))), path }),
    async import({ path, name, mapping, benchmark }, work = {}) {
      const file = await uploads.file(path)
      const source = isUpload(path) ? file.name : file.path
      const imported = await importFile(
        { duck, folders, store, now },
        { file, name, mapping, benchmark, source, ...work },
      )
      if (isUpload(path)) await uploads.abandon(uploadId(path))
      return told(imported)
    },
    async generateLab({ set, rows, seed, name }, { signal, onProgress } = {}) {
      const folder = join(scratchOf(folders), newId('ds'))
      await mkdir(folder, { recursive: true })
      try {
        const path = join(folder, 'lab.jsonl')
        await writeLabRows({ set, rows, seed }, path, { signal, onProgress: (share) => onProgress?.(share / 2) })
        const request = {
          file: await localFile(path),
          name: name ?? `lab ${set}, ${rows.toLocaleString('en')} rows, seed ${seed}`,
          mapping: labMapping,
          source: `lab task: set ${set}, ${rows} rows, seed ${seed}`,
          signal,
          onProgress: (share: number) => onProgress?.(0.5 + share / 2),
        }
        return told(await importFile({ duck, folders, store, now }, request))
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
    rename(id, name) {
      const { value: dataset } = known(id)
      if (dataset.name === name.trim()) return
      store.renameDataset(id, name.trim(), store.lastDatasetVersion(name.trim()) + 1)
      changed('datasets', id)
    },
    remove(id) {
      living(id)
      store.setDatasetRemoved(id, now())
      freeing = freeing.then(() => selections.forget(id)).then(() => pools.forget(id))
      changed('datasets', id)
    },
    restore(id) {
      known(id)
      store.setDatasetRemoved(id, null)
      changed('datasets', id)
    },
    purge: (before, isUsed) => purgeRemoved({ folders, store, isUsed }, before),
    export(id, path, options) {
      const dataset = living(id)
      const sql = hashedRows(datasetAt(folders, id).rows)
      return exportRows(duck, { dataset, subset: null, counts: null, sql, path, exports: folders.exports }, options)
    },
    subsets: {
      list: () => store.subsets(),
      async create(recipe, options) {
        const subset = await saveSubset({ duck, folders, store, selections, now }, recipe, options)
        changed('subsets', subset.id)
        return subset
      },
      rows: (id, signal) => rowsOfSubset(duck, store, folders, id, signal),
      async rowsBySplit(id, signal) {
        const rows: Record<Split, SubsetRow[]> = { train: [], validation: [], test: [] }
        for await (const row of rowsOfSubset(duck, store, folders, id, signal)) rows[row.split].push(row)
        return rows
      },
      find: (id) => store.subset(id)?.value ?? null,
      async export(id, path, options) {
        const { subset, sql } = subsetFiles(store, folders, id)
        const { value: dataset, removedAt } = known(subset.dataset)
        // The card's counts come from the recipe, which a dataset in the bin cannot answer any more.
        const counts = removedAt === null ? await curate.counts(SubsetRecipe.parse(subset.recipe)) : null
        return exportRows(duck, { dataset, subset, counts, sql, path, exports: folders.exports }, options)
      },
      remove(id) {
        if (knownSubset(id).removedAt !== null) throw noSubset(id)
        store.setSubsetRemoved(id, now())
        changed('subsets', id)
      },
      restore(id) {
        knownSubset(id)
        store.setSubsetRemoved(id, null)
        changed('subsets', id)
      },
    },
    async close() {
      await freeing
      await duck.close()
    },
  }
}

function fail(failure: Error): never {
  throw failure
}
