/** A thread that analyses branches, one after the other. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import type { BranchTask } from '#shared/analysis/analyze.ts'
import { analyzeBranch } from '#shared/analysis/branch.ts'
import type { BranchAnalysis } from '#shared/analysis/types.ts'
import { factsOf, type FailureFacts } from '#shared/contract/failure.ts'

export interface TaskMessage {
  readonly task: BranchTask
}
export type TaskAnswer = { readonly analysis: BranchAnalysis } | { readonly error: FailureFacts }

export const analyzeWorkerMark = 'switchpoint-analyze'

if (!isMainThread && workerData === analyzeWorkerMark) {
  parentPort!.on('message', ({ task }: TaskMessage) => {
    let answer: TaskAnswer
    try {
      answer = { analysis: analyzeBranch(task.input, task.options) }
    } catch (error) {
      answer = { error: factsOf(error) }
    }
    parentPort!.postMessage(answer)
  })
}
