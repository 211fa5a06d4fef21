/** Branches analysed in several threads, one branch a message; the order of the answers is that of the tasks. */
import { Worker } from 'node:worker_threads'
import type { BranchTask } from '#shared/analysis/analyze.ts'
import { analyzeBranch } from '#shared/analysis/branch.ts'
import type { BranchAnalysis } from '#shared/analysis/types.ts'
import { Failure } from '#shared/contract/failure.ts'
import { analyzeWorkerMark, type TaskAnswer, type TaskMessage } from './analyze-worker.ts'

export interface ThreadsOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** `threads` 0: in this one. Throws what the analysis throws, and `cancelled`. */
export async function analyzeInThreads(
  tasks: readonly BranchTask[],
  threads: number,
  { onProgress, signal }: ThreadsOptions = {},
): Promise<BranchAnalysis[]> {
  if (threads === 0) return tasks.map(({ input, options }) => analyzeBranch(input, options))
  const answers = new Array<BranchAnalysis>(tasks.length)
  // Long branches first: none of them is then left to be waited for alone.
  const queue = tasks.map((_, index) => index).sort((a, b) => size(tasks[b]!) - size(tasks[a]!))
  let done = 0
  const workers = Array.from(
    { length: Math.min(threads, tasks.length) },
    () => new Worker(new URL('./analyze-worker.ts', import.meta.url), { workerData: analyzeWorkerMark }),
  )
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
          answers[index] = await ask(worker, { task: tasks[index]! }, signal)
          onProgress?.(++done, tasks.length)
        }
      }),
    )
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return answers
}

const size = ({ input }: BranchTask): number => input.points.length

function ask(worker: Worker, message: TaskMessage, signal: AbortSignal | undefined): Promise<BranchAnalysis> {
  return new Promise((resolve, reject) => {
    const answered = (answer: TaskAnswer) =>
      settle(() => ('error' in answer ? reject(new Failure(answer.error)) : resolve(answer.analysis)))
    const failed = (error: Error) => settle(() => reject(error))
    const ended = (code: number) => settle(() => reject(new Error(`the analysing thread ended with ${code}`)))
    const cancelled = () =>
      settle(() => reject(new Failure({ code: 'cancelled', message: 'The analysis was cancelled.' })))
    const settle = (work: () => void) => {
      worker.off('message', answered).off('error', failed).off('exit', ended)
      signal?.removeEventListener('abort', cancelled)
      work()
    }
    if (signal?.aborted) return cancelled()
    signal?.addEventListener('abort', cancelled)
    worker.on('message', answered).on('error', failed).on('exit', ended)
    worker.postMessage(message)
  })
}
