/** How a study stands, from its runs: pure. */
import type { RunState } from '#shared/contract/runs.ts'
import type { FailureFacts } from '#shared/contract/failure.ts'

export interface StudyRunFacts {
  readonly name: string
  readonly state: RunState
  /** Running, or queued and not behind a run that rests. */
  readonly isOnItsWay: boolean
  /** 0..1 of its steps. */
  readonly share: number
  /** Expected seconds of the whole run, and of what is left; null where unknown. */
  readonly seconds: number | null
  readonly secondsLeft: number | null
  /** Share of the machine it takes. */
  readonly width: number
  readonly activity: string | null
  readonly error: FailureFacts | null
}

export interface Standing {
  readonly state: 'running' | 'complete' | 'stuck'
  readonly now: string
  readonly done: number
  readonly secondsLeft: number | null
  readonly error: FailureFacts | null
}

const activityWords: Readonly<Record<string, string>> = {
  preparing: 'getting ready',
  training: 'training',
  evaluating: 'evaluating',
  saving: 'saving',
}

/** A study is stuck when nothing more happens by itself and not all is complete. */
export function assess(runs: readonly StudyRunFacts[]): Standing {
  const isOpen = runs.some((run) => run.isOnItsWay)
  const running = runs.filter(({ state }) => state === 'running')
  const complete = runs.filter(({ state }) => state === 'completed').length
  const isComplete = complete === runs.length
  // Before any time is known each run weighs the same.
  const weight = (run: StudyRunFacts) => (runs.every(({ seconds }) => seconds !== null) ? run.seconds! * run.width : 1)
  const total = runs.reduce((sum, run) => sum + weight(run), 0)
  const shareOf = (run: StudyRunFacts) => (run.state === 'completed' ? 1 : run.share)
  const done = total > 0 ? runs.reduce((sum, run) => sum + weight(run) * shareOf(run), 0) / total : 0
  const left = runs.filter(({ state }) => state !== 'completed')
  const isKnown = left.every(({ secondsLeft }) => secondsLeft !== null)
  const short = runs.find(
    ({ state }) => state === 'failed' || state === 'interrupted' || state === 'stopped' || state === 'paused',
  )
  return {
    state: isComplete ? 'complete' : isOpen ? 'running' : 'stuck',
    now: isComplete
      ? 'writing the report'
      : running.map(({ name, activity }) => `${name}: ${activityWords[activity ?? 'preparing']}`).join(' · ') ||
        (isOpen ? 'waiting for its turn' : `${short?.name ?? 'a run'} is ${short?.state ?? 'not complete'}`),
    done,
    secondsLeft: isComplete ? 0 : isKnown ? left.reduce((sum, run) => sum + run.secondsLeft! * run.width, 0) : null,
    error: isOpen || isComplete ? null : (short?.error ?? null),
  }
}
