/**
 * Long work inside the engine (imports, exports, draws, studies): how far, how fast, how long still, and a cancel that
 * reaches the work as an `AbortSignal`. Jobs live as long as the engine; what they make is stored by themselves.
 */
import { Failure, factsOf } from '#shared/contract/failure.ts'
import type { Job } from '#shared/contract/datasets.ts'
import { newId } from './ids.ts'
import { rateMeter } from './rate-meter.ts'

export interface JobRequest {
  readonly kind: Job['kind']
  /** What it does, as the status line says it: `Importing train.jsonl`. */
  readonly label: string
  /** What is counted: `rows`, `bytes`, `steps`. */
  readonly unit: string
  readonly total?: number | null
}

/** What the work of a job is given. */
export interface JobControl {
  readonly id: string
  /** Aborted by cancel and by the engine's end: pass it on, or call `throwIfCancelled` between pieces of work. */
  readonly signal: AbortSignal
  /** Units done so far, and how many there will be where that is known by now. Cheap: call it as often as you like. */
  progress(done: number, total?: number | null): void
  throwIfCancelled(): void
  /** A sentence for the user beside the result. */
  note(text: string): void
}

export interface Jobs {
  /** Starts `work` and comes back at once with the job's id. The work returns the id of what it made, or null. */
  start(request: JobRequest, work: (job: JobControl) => Promise<string | null>): string
  list(): Job[]
  /** Asks the work to end. Throws `input.invalid` for an id it never gave; cancelling a finished job does nothing. */
  cancel(id: string): void
  /** Resolves when the job is over, whatever its end; throws what the work threw. */
  finished(id: string): Promise<string | null>
  /** Cancels all and waits for their ends. */
  close(): Promise<void>
}

interface Entry {
  job: Job
  readonly abort: AbortController
  readonly over: Promise<string | null>
}

/** Finished jobs stay listed so that a window opened later still sees how they ended. */
const kept = 50

export function createJobs(deps: { readonly now: () => number; readonly changed: (id: string) => void }): Jobs {
  const { now, changed } = deps
  const entries = new Map<string, Entry>()

  function start(request: JobRequest, work: (job: JobControl) => Promise<string | null>): string {
    const id = newId('job')
    const abort = new AbortController()
    const meter = rateMeter()
    const change = (part: Partial<Job>) => {
      const entry = entries.get(id)
      if (!entry || entry.job.state !== 'running') return
      entry.job = { ...entry.job, ...part }
      changed(id)
    }
    const control: JobControl = {
      id,
      signal: abort.signal,
      progress(done, total = entries.get(id)?.job.total ?? null) {
        const rate = meter.add(now(), done)
        const secondsLeft = rate !== null && rate > 0 && total !== null ? Math.max(0, (total - done) / rate) : null
        change({ done, total, rate, secondsLeft })
      },
      note: (text) => change({ note: text }),
      throwIfCancelled() {
        if (abort.signal.aborted) throw new Failure({ code: 'cancelled', message: `${request.label}: cancelled.` })
      },
    }
    const job: Job = {
      id,
      kind: request.kind,
      label: request.label,
      state: 'running',
      done: 0,
      total: request.total ?? null,
      unit: request.unit,
      rate: null,
      secondsLeft: null,
      error: null,
      result: null,
      startedAt: now(),
    }
    // The work starts in a later turn: whoever asked has its id before the first notice about it.
    const over = Promise.resolve()
      .then(() => {
        control.throwIfCancelled()
        return work(control)
      })
      .then(
        (result) => {
          change({ state: 'done', result, secondsLeft: 0 })
          return result
        },
        (error: unknown) => {
          const facts = factsOf(error)
          const isCancelled = abort.signal.aborted || facts.code === 'cancelled'
          change({ state: isCancelled ? 'cancelled' : 'failed', error: isCancelled ? null : facts, secondsLeft: null })
          throw error
        },
      )
    over.catch(() => {}) // Told in the job itself; `finished` hands it on to whoever waits.
    entries.set(id, { job, abort, over })
    forgetOldest(entries)
    changed(id)
    return id
  }

  const entryOf = (id: string): Entry => {
    const entry = entries.get(id)
    if (entry) return entry
    throw new Failure({
      code: 'input.invalid',
      message: 'There is no such job; jobs end with the engine that ran them.',
      input: id,
      remedy: 'List the jobs again.',
    })
  }

  return {
    start,
    list: () => [...entries.values()].map((entry) => entry.job).reverse(),
    cancel: (id) => entryOf(id).abort.abort(new Failure({ code: 'cancelled', message: 'Cancelled.' })),
    finished: (id) => entryOf(id).over,
    async close() {
      for (const { abort } of entries.values())
        abort.abort(new Failure({ code: 'cancelled', message: 'The engine ends.' }))
      await Promise.allSettled([...entries.values()].map((entry) => entry.over))
    },
  }
}

function forgetOldest(entries: Map<string, Entry>): void {
  for (const [id, { job }] of entries) {
    if (entries.size <= kept) return
    if (job.state !== 'running') entries.delete(id)
  }
}
