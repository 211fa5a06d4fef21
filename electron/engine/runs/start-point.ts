/**
 * From which checkpoint a run starts: pure. `switchAt` of an RL stage is resolved here, when its SFT run is complete, on that
 * run's validation losses.
 */
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { RunState } from '#shared/contract/runs.ts'
import type { Stage, SwitchAt } from '#shared/experiment/spec.ts'
import { switchRecommendation } from '#shared/analysis/recommend.ts'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import type { StartPoint } from './decide.ts'

export interface ParentFacts {
  readonly id: string
  readonly name: string
  readonly kind: Stage['kind']
  readonly state: RunState
  /** Steps with a checkpoint, ascending. */
  readonly checkpoints: readonly number[]
  readonly validation: readonly { readonly step: number; readonly loss: number }[]
}

export type Resolved =
  | { readonly kind: 'ready'; readonly step: number; readonly remark: string | null }
  | Exclude<StartPoint, { kind: 'ready' }>

/**
 * `fixed`: the step was named when the run was made. `insists`: the user has asked to go on from a parent that ended short.
 * Returns the step of the checkpoint to start from, or why there is none yet.
 */
export function resolveStart(stage: Stage, parent: ParentFacts, fixed: number | null, insists: boolean): Resolved {
  if (fixed !== null) {
    return parent.checkpoints.includes(fixed) ? { kind: 'ready', step: fixed, remark: null } : missing(parent, fixed)
  }
  const { state } = parent
  if (state === 'queued' || state === 'running' || state === 'paused' || state === 'interrupted')
    return { kind: 'waiting' }
  if (state !== 'completed' && !insists) return { kind: 'blocked', error: endedShort(parent) }
  if (parent.checkpoints.length === 0) return missing(parent, null)
  const last = parent.checkpoints.at(-1)!
  if (stage.kind !== 'rl' || parent.kind !== 'sft') return { kind: 'ready', step: last, remark: null }
  return resolveSwitch(stage.switchAt, parent, last)
}

function resolveSwitch(at: SwitchAt, { checkpoints, validation }: ParentFacts, last: number): Resolved {
  const ready = (step: number, remark: string | null = null): Resolved => ({ kind: 'ready', step, remark })
  if (at === 'last') return ready(last)
  if (typeof at === 'object' && 'step' in at) {
    const step = nearest(checkpoints, at.step)
    return ready(
      step,
      step === at.step ? null : `There is no checkpoint at step ${at.step}; it starts from step ${step}, the nearest.`,
    )
  }
  if (validation.length === 0)
    return ready(last, 'The SFT run has no validation losses; it starts from the last checkpoint.')
  const regimes = classifyRegimes(validation)
  if (at === 'minimum') return ready(nearest(checkpoints, regimes.minStep))
  const { sweep } = switchRecommendation(regimes, [], { checkpoints })
  const wanted = sweep.find(({ regime }) => regime === at.regime)
  if (wanted) return ready(wanted.step)
  // The run never reached that regime: the checkpoint that comes nearest to it, early or late.
  const step =
    at.regime === 'adaptive'
      ? (checkpoints.find((each) => each > 0) ?? last)
      : at.regime === 'stable'
        ? nearest(checkpoints, regimes.minStep)
        : last
  return ready(step, `The SFT run has no checkpoint in the ${at.regime} regime; it starts from step ${step} instead.`)
}

const nearest = (steps: readonly number[], wanted: number): number =>
  steps.reduce((best, step) => (Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best))

function missing(parent: ParentFacts, step: number | null): Resolved {
  const near = step === null || parent.checkpoints.length === 0 ? null : nearest(parent.checkpoints, step)
  return {
    kind: 'blocked',
    error: {
      code: 'checkpoint.missing',
      message:
        step === null ? `${parent.name} has no checkpoint.` : `${parent.name} has no checkpoint at step ${step}.`,
      input: parent.id,
      remedy: near === null ? 'Resume that run first.' : `Start from step ${near}, its nearest.`,
    },
  }
}

function endedShort(parent: ParentFacts): FailureFacts {
  return {
    code: 'run.wrong_state',
    message: `${parent.name}, the stage before, ${parent.state === 'failed' ? 'failed' : 'was stopped'}.`,
    input: parent.id,
    remedy: 'Resume that stage, then this one; or resume this one alone to start from the last checkpoint there is.',
  }
}
