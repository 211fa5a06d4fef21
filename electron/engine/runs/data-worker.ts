/** The worker thread that makes a run's data: seventy thousand rows take seconds, and the engine must answer meanwhile. */
import { parentPort, Worker, workerData, isMainThread } from 'node:worker_threads'
import { Failure, factsOf, type FailureFacts } from '#shared/contract/failure.ts'
import { writeRunData, type Written } from './data-file.ts'
import type { DataPlan } from './data-plan.ts'

type Answer = { readonly written: Written } | { readonly error: FailureFacts }

/** Makes the file in a thread of its own. Throws what the generator throws; `workspace.full`. */
export function makeRunData(path: string, plan: DataPlan): Promise<Written> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { makeRunData: { path, plan } } })
    worker.once('message', (answer: Answer) => {
      if ('written' in answer) resolve(answer.written)
      else reject(new Failure(answer.error))
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the data worker ended with code ${code}`)))
  })
}

function answerOf({ path, plan }: { path: string; plan: DataPlan }): Answer {
  try {
    return { written: writeRunData(path, plan) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') {
      const full = {
        code: 'workspace.full',
        message: "The disk is full: the run's data could not be written.",
        input: path,
      } as const
      return { error: { ...full, remedy: 'Free some space and resume the run.' } }
    }
    return { error: factsOf(error) }
  }
}

const asked = (workerData as { makeRunData?: { path: string; plan: DataPlan } } | null)?.makeRunData
if (!isMainThread && asked) parentPort?.postMessage(answerOf(asked))
