/**
 * The skeleton all stages share: steps until a budget is used up, and between them the points at which the validation loss and
 * the test accuracy are measured and checkpoints kept. A stage brings its step; it resumes from a position and nothing else.
 */
import type { Budget, Evaluation, Stage } from '#shared/experiment/spec.ts'
import type { SampleRecord } from '#shared/contract/journal.ts'
import type { FailureFacts } from '#shared/contract/failure.ts'
import { usedUp } from './budget.ts'
import { evaluate } from './evaluation.ts'
import type { CheckpointReason, StageEvent } from './events.ts'
import type { StagePosition } from './position.ts'
import type { StageDeps } from './stage-deps.ts'
import { validate } from './validation.ts'

/** What a step came to: the next position with what it measured, or why there is none. */
export type StepOutcome =
  | {
      readonly kind: 'stepped'
      readonly at: StagePosition
      readonly values: Readonly<Record<string, number>>
      readonly samples?: SampleRecord[]
    }
  | { readonly kind: 'diverged'; readonly why: string; readonly rows: readonly number[] }
  | { readonly kind: 'halted'; readonly facts: FailureFacts }

export interface StagePlan {
  readonly budget: Budget
  readonly evaluation: Evaluation
  readonly checkpoints: Stage['checkpoints']
  /** Steps between validations; absent: the stage has no validation loss. */
  readonly validateEvery?: number
  /** Keeps a checkpoint at step 0: what a reference policy is made from when the stage resumes. */
  readonly keepsStart: boolean
  /** One step from `at`. Yields pulses with `at` unchanged wherever the rim may stop it; the weights change after the last. */
  step(at: StagePosition): AsyncGenerator<StageEvent, StepOutcome>
}

export async function* stageLoop(plan: StagePlan, deps: StageDeps, from: StagePosition): AsyncGenerator<StageEvent> {
  let at = from
  const budgetUsed = () => usedUp(plan.budget, at, deps.beforeFlops)
  if (at.step === 0 && plan.keepsStart) yield { kind: 'checkpoint', at, reason: 'start' }
  at = yield* point(plan, deps, at, budgetUsed() !== null)
  for (;;) {
    const budget = budgetUsed()
    if (budget) return yield { kind: 'done', at, budget }
    const outcome = yield* plan.step(at)
    if (outcome.kind === 'diverged') return yield { ...outcome, at, step: at.step + 1 }
    if (outcome.kind === 'halted') return yield { ...outcome, at }
    at = { ...outcome.at, wallMs: deps.elapsedMs() }
    yield { kind: 'metrics', at, of: 'step', values: outcome.values }
    if (outcome.samples?.length) yield { kind: 'samples', at, purpose: 'train', samples: outcome.samples }
    at = yield* point(plan, deps, at, budgetUsed() !== null)
    yield { kind: 'pulse', at, activity: 'training', share: 1 }
  }
}

/** Measures and saves what is due at `at`. A point that was cut off is made again whole; what was done is marked in the position. */
async function* point(
  plan: StagePlan,
  deps: StageDeps,
  start: StagePosition,
  isEnd: boolean,
): AsyncGenerator<StageEvent, StagePosition> {
  let at = start
  const { step } = at
  const validates =
    plan.validateEvery !== undefined &&
    deps.data.validation.length > 0 &&
    at.validated !== step &&
    (step % plan.validateEvery === 0 || isEnd)
  const evaluates = deps.data.test.length > 0 && at.evaluated !== step && (step % plan.evaluation.every === 0 || isEnd)
  if (validates) {
    yield { kind: 'metrics', at, of: 'validation', values: { 'val/loss': yield* validate(deps, at) } }
    at = { ...at, validated: step }
  }
  if (evaluates) {
    yield* evaluate(deps, plan.evaluation, at)
    at = { ...at, evaluated: step }
  }
  const reason = checkpointReason(plan, at, { validates, evaluates, isEnd })
  if (reason) yield { kind: 'checkpoint', at: { ...at, wallMs: deps.elapsedMs() }, reason }
  return at
}

function checkpointReason(
  { checkpoints }: StagePlan,
  { step }: StagePosition,
  { validates, evaluates, isEnd }: { validates: boolean; evaluates: boolean; isEnd: boolean },
): CheckpointReason | null {
  if (isEnd) return 'end'
  if (validates) return 'validation' // step 0 too: a branch may start from there
  if (step === 0) return null // as the parent's
  if (evaluates) return 'evaluation'
  return checkpoints.every !== undefined && step % checkpoints.every === 0 ? 'interval' : null
}
