/** Fits, remembered by the hash of their points: made once in a worker, kept in the store, never in anybody's way. */
import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { Failure } from '#shared/contract/failure.ts'
import { query, type Store } from '../store/store.ts'
import type { CurveFit, FitRequest } from './curve-fit.ts'
import { fitWorkerMark, type FitAnswer, type FitTask, type FitTasks, type TaskName } from './fit-worker.ts'
import type { Needed, NeededRequest } from './needed-evaluations.ts'

export interface Fits {
  /** Throws what fitting throws. */
  of(request: FitRequest): Promise<CurveFit | null>
  needed(request: NeededRequest): Promise<Needed>
  close(): Promise<void>
}

/** Raised whenever the analysis changes what it answers: older remembered fits are then made anew. */
const analysisVersion = 3
const mostRemembered = 2_000

export function createFits(store: Store, now: () => number): Fits {
  let worker: Worker | undefined
  let nextId = 0
  const asked = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  const inFlight = new Map<string, Promise<unknown>>()

  function start(): Worker {
    const started = new Worker(new URL('./fit-worker.ts', import.meta.url), { workerData: fitWorkerMark })
    started.unref()
    started.on('message', (answer: FitAnswer) => {
      const waiting = asked.get(answer.id)
      asked.delete(answer.id)
      if (asked.size === 0) started.unref()
      if ('error' in answer) waiting?.reject(new Failure(answer.error))
      else waiting?.resolve(answer.answer)
    })
    const lost = (error: Error) => {
      if (worker === started) worker = undefined
      for (const { reject } of asked.values()) reject(error)
      asked.clear()
    }
    started.on('error', lost)
    started.on('exit', () => lost(new Error('the fitting thread ended')))
    return started
  }

  function make<Name extends TaskName>(
    name: Name,
    request: FitTasks[Name]['request'],
  ): Promise<FitTasks[Name]['answer']> {
    worker ??= start()
    worker.ref()
    const task: FitTask<Name> = { id: nextId++, name, request }
    return new Promise((resolve, reject) => {
      asked.set(task.id, { resolve: resolve as (answer: unknown) => void, reject })
      worker!.postMessage(task)
    })
  }

  function remember(hash: string, answer: unknown): void {
    store.transaction(() => {
      store.run(query.replaceInto('fits').values({ hash, fit: JSON.stringify(answer), used_at: now() }))
      const oldest = query
        .selectFrom('fits')
        .select('hash')
        .orderBy('used_at', 'desc')
        .offset(mostRemembered)
        .limit(1_000)
      store.run(query.deleteFrom('fits').where('hash', 'in', oldest))
    })
  }

  /** The answer that is remembered, or the one that is being made, or a new one. */
  function answer<Name extends TaskName>(
    name: Name,
    request: FitTasks[Name]['request'],
  ): Promise<FitTasks[Name]['answer']> {
    const hash = createHash('sha256')
      .update(JSON.stringify([analysisVersion, name, request]))
      .digest('hex')
      .slice(0, 40)
    const row = store.first(query.selectFrom('fits').select('fit').where('hash', '=', hash))
    if (row !== undefined) return Promise.resolve(JSON.parse(row.fit) as FitTasks[Name]['answer'])
    const known = inFlight.get(hash) as Promise<FitTasks[Name]['answer']> | undefined
    if (known) return known
    const making = make(name, request).then((made) => {
      remember(hash, made)
      return made
    })
    inFlight.set(hash, making)
    void making.catch(() => {}).finally(() => inFlight.delete(hash))
    return making
  }

  return {
    of: (request) => answer('fit', request),
    needed: (request) => answer('needed', request),
    async close() {
      await worker?.terminate()
    },
  }
}
