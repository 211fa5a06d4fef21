/**
 * What is to be done about runs: pure. The scheduler (scheduler.ts) gathers the facts, asks here, and acts.
 *   queue   first come, first served: a run starts when its start point exists and its threads are free; nobody overtakes a
 *           run that only waits for threads or the GPU, everybody overtakes one that waits for its parent; one run at a
 *           time has the GPU, for two would share its memory
 *   states  queued -> running -> completed | stopped | paused | failed | interrupted; the last four can be resumed
 */
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { RunState } from '#shared/contract/runs.ts'

/** Where a queued run starts from. */
export type StartPoint =
  | { readonly kind: 'ready' }
  /** The parent is not through yet (or is paused). */
  | { readonly kind: 'waiting' }
  /** The parent ended without being complete. */
  | { readonly kind: 'blocked'; readonly error: FailureFacts }

export interface RunFacts {
  readonly id: string
  readonly state: RunState
  /** Threads it asks for; null: all there are. */
  readonly threads: number | null
  readonly device: 'cpu' | 'gpu'
  /** Only looked at while queued. */
  readonly start: StartPoint
}

export interface SchedulerState {
  /** Queued ones in the queue's order, and running ones. */
  readonly runs: readonly RunFacts[]
  /** Threads of the machine. */
  readonly threads: number
  /** The engine ends: nothing new starts. */
  readonly isClosing: boolean
}

/** How a trainer's process ended, and what its journal said last. */
export interface Ending {
  /** The journal's `end` record, where there is one for this attempt. */
  readonly said: {
    readonly state: 'completed' | 'stopped' | 'paused' | 'failed'
    readonly error: FailureFacts | null
  } | null
  /** Null where this engine is not the parent that is told. */
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null
  /** The kernel ended a process for want of memory while this one ran. */
  readonly outOfMemory: boolean
  readonly step: number
  /** Last lines of the trainer's log. */
  readonly lastWords: string
  /** What would make it smaller: `answers from 8, prompts from 32`. */
  readonly lower: string
}

export type SchedulerEvent =
  | { readonly kind: 'look' }
  | { readonly kind: 'trainer-gone'; readonly run: string; readonly ending: Ending }
  | {
      readonly kind: 'asked'
      readonly run: string
      readonly state: RunState
      readonly ask: 'pause' | 'stop' | 'resume'
    }

export type Action =
  | { readonly kind: 'start'; readonly run: string }
  | { readonly kind: 'enqueue'; readonly run: string }
  | { readonly kind: 'command'; readonly run: string; readonly command: 'pause' | 'stop' }
  | { readonly kind: 'settle'; readonly run: string; readonly state: RunState; readonly error: FailureFacts | null }
  | { readonly kind: 'refuse'; readonly error: FailureFacts }

export function decide(state: SchedulerState, event: SchedulerEvent): Action[] {
  switch (event.kind) {
    case 'look':
      return starts(state)
    case 'trainer-gone':
      return [{ kind: 'settle', run: event.run, ...outcome(event.ending) }]
    case 'asked':
      return [answer(event)]
  }
}

function starts({ runs, threads, isClosing }: SchedulerState): Action[] {
  const actions: Action[] = []
  const need = (run: RunFacts) => Math.min(run.threads ?? threads, threads)
  const running = runs.filter((run) => run.state === 'running')
  let free = threads - running.reduce((sum, run) => sum + need(run), 0)
  let isGpuFree = !running.some((run) => run.device === 'gpu')
  let isHeldUp = isClosing
  for (const run of runs) {
    if (run.state !== 'queued') continue
    if (run.start.kind === 'blocked')
      actions.push({ kind: 'settle', run: run.id, state: 'stopped', error: run.start.error })
    if (run.start.kind !== 'ready' || isHeldUp) continue
    if (need(run) > free || (run.device === 'gpu' && !isGpuFree)) isHeldUp = true
    else {
      free -= need(run)
      if (run.device === 'gpu') isGpuFree = false
      actions.push({ kind: 'start', run: run.id })
    }
  }
  return actions
}

/** Signals by which a program ends itself, by a defect in native code. */
const defects = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS']

function outcome(ending: Ending): { state: RunState; error: FailureFacts | null } {
  const { said, exit, outOfMemory, step, lastWords, lower } = ending
  if (said) return said
  if (outOfMemory) {
    return {
      state: 'failed',
      error: {
        code: 'run.out_of_memory',
        message: `The system ended the trainer at step ${step} because memory ran out.`,
        input: `step ${step}`,
        remedy: `Lower ${lower}, or run fewer at a time; then resume from the last checkpoint.`,
      },
    }
  }
  const isDefect = exit !== null && (exit.signal !== null ? defects.includes(exit.signal) : true)
  if (!isDefect) {
    const by = exit?.signal ? ` (${exit.signal})` : ''
    return {
      state: 'interrupted',
      error: {
        code: 'run.crashed',
        message: `The trainer was ended from outside${by} at step ${step}.`,
        input: `step ${step}`,
        remedy: 'Resume it: it goes on from its last checkpoint, equal to a run that was never interrupted.',
      },
    }
  }
  const how = exit.signal ? `by ${exit.signal}` : `with exit code ${exit.code}`
  return {
    state: 'failed',
    error: {
      code: 'run.crashed',
      message: `The trainer ended ${how} at step ${step} without saying why.${lastWords ? ` Its last words: ${lastWords}` : ''}`,
      input: `step ${step}`,
      remedy: "Read the run's log; resume it to go on from its last checkpoint.",
    },
  }
}

function answer({ run, state, ask }: Extract<SchedulerEvent, { kind: 'asked' }>): Action {
  const refuse = (message: string, remedy: string): Action => ({
    kind: 'refuse',
    error: { code: 'run.wrong_state', message, input: run, remedy },
  })
  if (ask === 'resume') {
    if (state === 'queued')
      return refuse('The run waits in the queue already.', 'Move it up in the queue to run it sooner.')
    if (state === 'running') return refuse('The run is running.', 'There is nothing to resume.')
    if (state === 'completed')
      return refuse('The run is complete.', 'Branch from one of its checkpoints, or start a new run.')
    return { kind: 'enqueue', run }
  }
  if (state === 'running') return { kind: 'command', run, command: ask }
  if (state === 'queued') return { kind: 'settle', run, state: ask === 'stop' ? 'stopped' : 'paused', error: null }
  if (ask === 'stop' && (state === 'paused' || state === 'interrupted'))
    return { kind: 'settle', run, state: 'stopped', error: null }
  return refuse(
    `The run is ${state}: there is nothing to ${ask}.`,
    ask === 'pause' ? 'Resume it first.' : 'Nothing has to be done.',
  )
}
