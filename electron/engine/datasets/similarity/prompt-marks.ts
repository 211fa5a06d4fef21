/**
 * Prompts of a dataset that resemble one another or a benchmark, found once and kept beside the rows in a file of their own
 * (derived: it can be thrown away and made again). Keyed by the prompt's hash, so that all rows of a prompt share its fate.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Dataset, SubsetRecipe } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { newId } from '../../ids.ts'
import { sqlText, type Duck } from '../duck.ts'
import { writeFileWith } from '../files/block-writer.ts'
import { datasetAt, scratchOf, type DataFolders } from '../places.ts'
import type { DatasetStore } from '../store.ts'
import type { Batch, Found, SimilarityTask } from './similarity-worker.ts'

export interface PromptMarks {
  /** SQL of (prompt_hash, like_row): prompts that are too like an earlier one; null where the recipe does not ask. */
  readonly near: string | null
  /** SQL of (prompt_hash, span): prompts that share eight words with a benchmark. */
  readonly benchmarks: string | null
}

export interface Marks {
  of(dataset: Dataset, filters: SubsetRecipe['filters']): Promise<PromptMarks>
}

/** Changes when the words, the hash or the method change: older files are then left alone. */
const method = 1

export function createMarks(duck: Duck, folders: DataFolders, store: Pick<DatasetStore, 'dataset'>): Marks {
  /** What is being made now, by file. */
  const making = new Map<string, Promise<void>>()
  const once = (file: string, make: () => Promise<void>): Promise<void> => {
    if (existsSync(file)) return Promise.resolve()
    const made = making.get(file) ?? make().finally(() => making.delete(file))
    making.set(file, made)
    return made
  }
  const fileOf = (dataset: Dataset, name: string) =>
    join(datasetAt(folders, dataset.id).folder, 'marks', `${name}-m${method}.parquet`)
  const benchmark = (id: string, dataset: Dataset): Dataset => {
    const found = store.dataset(id)
    if (!found || found.removedAt !== null || id === dataset.id) throw noBenchmark(id, id === dataset.id)
    return found.value
  }

  return {
    async of(dataset, { nearDuplicates, benchmarks }) {
      let [near, overlap]: (string | null)[] = [null, null]
      if (nearDuplicates !== undefined && nearDuplicates !== null) {
        const file = fileOf(dataset, `near-${nearDuplicates}`)
        await once(file, () => findNear(duck, folders, dataset, nearDuplicates, file))
        near = `SELECT prompt_hash, like_row FROM read_parquet(${sqlText(file)})`
      }
      if (benchmarks !== undefined && benchmarks.length > 0) {
        const others = benchmarks.map((id) => benchmark(id, dataset))
        const key = createHash('sha256')
          .update(
            others
              .map((other) => other.contentHash)
              .sort()
              .join('\n'),
          )
          .digest('hex')
          .slice(0, 16)
        const file = fileOf(dataset, `benchmarks-${key}`)
        await once(file, () => findOverlap(duck, folders, dataset, others, file))
        overlap = `SELECT prompt_hash, span FROM read_parquet(${sqlText(file)})`
      }
      return { near: near!, benchmarks: overlap! }
    },
  }
}

const noBenchmark = (id: string, isSelf: boolean) =>
  new Failure({
    code: 'dataset.not_found',
    message: isSelf ? 'A dataset cannot be its own benchmark.' : 'There is no such dataset to compare with.',
    input: `benchmark ${id}`,
    remedy: 'Import the benchmark, and name its id in the recipe.',
  })

interface PromptRow {
  readonly hash: string
  readonly row: number
  readonly prompt: string
}

/** Each different prompt once, in the order in which they first appear. */
const promptsSql = (rowsFile: string) =>
  `SELECT prompt_hash::VARCHAR AS hash, min("row") AS "row", arg_min(prompt, "row") AS prompt
   FROM read_parquet(${sqlText(rowsFile)}) GROUP BY prompt_hash ORDER BY min("row")`

async function findNear(
  duck: Duck,
  folders: DataFolders,
  dataset: Dataset,
  threshold: number,
  file: string,
): Promise<void> {
  const rowOf: number[] = []
  await withThread({ kind: 'near-duplicates', threshold, capacity: dataset.prompts }, async (compare) => {
    await writeMarks(duck, folders, file, 'like_row', 'INTEGER', async (mark) => {
      for await (const rows of duck.stream<PromptRow>(promptsSql(datasetAt(folders, dataset.id).rows))) {
        const found = await compare({ prompts: rows.map(({ prompt }) => prompt), isBenchmark: false })
        for (const { row } of rows) rowOf.push(row)
        for (const [i, like] of found.entries()) if (like !== null) await mark(rows[i]!.hash, rowOf[like as number]!)
      }
    })
  })
}

async function findOverlap(
  duck: Duck,
  folders: DataFolders,
  dataset: Dataset,
  others: readonly Dataset[],
  file: string,
): Promise<void> {
  const prompts = (of: Dataset) => duck.stream<PromptRow>(promptsSql(datasetAt(folders, of.id).rows))
  await withThread({ kind: 'benchmarks' }, async (compare) => {
    for (const other of others)
      for await (const rows of prompts(other))
        await compare({ prompts: rows.map(({ prompt }) => prompt), isBenchmark: true })
    await writeMarks(duck, folders, file, 'span', 'VARCHAR', async (mark) => {
      for await (const rows of prompts(dataset)) {
        const found = await compare({ prompts: rows.map(({ prompt }) => prompt), isBenchmark: false })
        for (const [i, span] of found.entries()) if (span !== null) await mark(rows[i]!.hash, span)
      }
    })
  })
}

/** The engine's own loop must stay free: a pool of a million prompts is seconds of work. */
async function withThread(
  workerData: SimilarityTask,
  work: (compare: (batch: Batch) => Promise<Found>) => Promise<void>,
): Promise<void> {
  const thread = new Worker(new URL('./similarity-worker.ts', import.meta.url), { workerData })
  // One batch is under way at a time; a thread that dies answers with its error.
  let answer: { resolve: (found: Found) => void; reject: (error: unknown) => void } | undefined
  thread.on('message', (found: Found) => answer?.resolve(found))
  let ended: unknown
  const end = (error: unknown) => {
    ended ??= error
    answer?.reject(error)
  }
  thread.on('error', end)
  thread.on('exit', (code) => end(new Error(`the comparing thread ended with ${code}`)))
  const compare = (batch: Batch) =>
    new Promise<Found>((resolve, reject) => {
      answer = { resolve, reject }
      if (ended !== undefined) reject(ended)
      else thread.postMessage(batch)
    })
  try {
    await work(compare)
  } finally {
    await thread.terminate()
  }
}

async function writeMarks(
  duck: Duck,
  folders: DataFolders,
  file: string,
  column: string,
  type: string,
  fill: (mark: (hash: string, value: number | string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const folder = join(scratchOf(folders), newId('ds'))
  mkdirSync(folder, { recursive: true })
  try {
    const [lines, parquet] = [join(folder, 'marks.jsonl'), join(folder, 'marks.parquet')]
    await writeFileWith(lines, (write) => fill((hash, value) => write(`${JSON.stringify({ hash, value })}\n`)))
    const columns = `{'hash': 'UBIGINT', 'value': '${type}'}`
    await duck.run(
      `COPY (SELECT hash AS prompt_hash, value AS ${column} FROM read_json(${sqlText(lines)}, format = 'newline_delimited', columns = ${columns}))
       TO ${sqlText(parquet)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    mkdirSync(join(file, '..'), { recursive: true })
    renameSync(parquet, file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
