/** What can be done to a run in its state. Pure. */
import type { RunSummary } from '#shared/contract/runs.ts'

const isIn = (states: readonly RunSummary['state'][], { state }: Pick<RunSummary, 'state'>) => states.includes(state)

/** Paused, and stopped too. */
export const canPause = (run: Pick<RunSummary, 'state'>): boolean => isIn(['running', 'queued'], run)

export const canResume = (run: Pick<RunSummary, 'state'>): boolean =>
  isIn(['paused', 'interrupted', 'stopped', 'failed'], run)

/** RL and synchronized stages go on; an SFT run of another length is another run. */
export const canExtend = (run: Pick<RunSummary, 'state' | 'origin' | 'stage' | 'step'>): boolean =>
  isIn(['completed', 'stopped'], run) &&
  run.origin === null &&
  (run.stage === 'rl' || run.stage === 'synchronized') &&
  run.step > 0
