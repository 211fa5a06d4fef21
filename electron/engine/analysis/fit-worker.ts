/** The worker thread that fits curves, one after the other. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { factsOf, type FailureFacts } from '#shared/contract/failure.ts'
import { fitCurve, type CurveFit, type FitRequest } from './curve-fit.ts'
import { neededEvaluations, type Needed, type NeededRequest } from './needed-evaluations.ts'

/** What the thread can be asked, and what it answers to each. */
export interface FitTasks {
  readonly fit: { readonly request: FitRequest; readonly answer: CurveFit | null }
  readonly needed: { readonly request: NeededRequest; readonly answer: Needed }
}
export type TaskName = keyof FitTasks

export interface FitTask<Name extends TaskName = TaskName> {
  readonly id: number
  readonly name: Name
  readonly request: FitTasks[Name]['request']
}
export type FitAnswer = { readonly id: number } & (
  { readonly answer: FitTasks[TaskName]['answer'] } | { readonly error: FailureFacts }
)

export const fitWorkerMark = 'switchpoint-fits'

function perform(task: FitTask): FitTasks[TaskName]['answer'] {
  return task.name === 'fit' ? fitCurve(task.request as FitRequest) : neededEvaluations(task.request as NeededRequest)
}

if (!isMainThread && workerData === fitWorkerMark) {
  parentPort!.on('message', (task: FitTask) => {
    let answer: FitAnswer
    try {
      answer = { id: task.id, answer: perform(task) }
    } catch (error) {
      answer = { id: task.id, error: factsOf(error) }
    }
    parentPort!.postMessage(answer)
  })
}
