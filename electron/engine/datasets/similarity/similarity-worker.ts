/** A thread that compares prompts: they come in batches, and for each batch goes back what was found. */
import { parentPort, workerData } from 'node:worker_threads'
import { benchmarkIndex } from './benchmark-overlap.ts'
import { nearDuplicateFinder } from './near-duplicates.ts'

export type SimilarityTask =
  | { readonly kind: 'near-duplicates'; readonly threshold: number; readonly capacity: number }
  | { readonly kind: 'benchmarks' }

export interface Batch {
  readonly prompts: readonly string[]
  /** Prompts of a benchmark, to be compared with. */
  readonly isBenchmark: boolean
}

/** One entry a prompt: what it is too like (index of a prompt, or the words in common), or null. */
export type Found = readonly (number | string | null)[]

const task = workerData as SimilarityTask
const compare = task.kind === 'near-duplicates' ? nearDuplicates(task) : benchmarks()

parentPort!.on('message', (batch: Batch) => parentPort!.postMessage(compare(batch)))

function nearDuplicates({
  threshold,
  capacity,
}: SimilarityTask & { kind: 'near-duplicates' }): (batch: Batch) => Found {
  const finder = nearDuplicateFinder(threshold, capacity)
  return ({ prompts }) =>
    prompts.map((prompt) => {
      const like = finder.add(prompt)
      return like < 0 ? null : like
    })
}

function benchmarks(): (batch: Batch) => Found {
  const index = benchmarkIndex()
  return ({ prompts, isBenchmark }) =>
    prompts.map((prompt) => {
      if (!isBenchmark) return index.overlap(prompt)
      index.add(prompt)
      return null
    })
}
