/** The step that `rl` and `synchronized` share: collect judged groups, update on them, account for both. */
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { ObjectiveSettings } from '#shared/experiment/objectives.ts'
import type { RlStage, SynchronizedStage } from '#shared/experiment/spec.ts'
import { stepFlops, type Sequences } from '#shared/flops/flops.ts'
import { learningRateAt } from '../optimiser-schedule.ts'
import { expectedSteps } from './budget.ts'
import type { DataOrder, OrderState } from './data/data-order.ts'
import type { StageEvent } from './events.ts'
import type { Objective, Progress } from '../objectives/objective.ts'
import { objectiveOf, type RolloutSettings } from '../objectives/registry.ts'
import { optimiserSettings } from './optimiser-settings.ts'
import { update } from './policy-update.ts'
import type { StagePosition } from './position.ts'
import { rolloutMetrics, sampleRecords } from './rollout-records.ts'
import { sequencesOf, type JudgedGroup } from './rollouts.ts'
import type { StageDeps } from './stage-deps.ts'
import type { StagePlan, StepOutcome } from './stage-loop.ts'

export type Collected =
  | {
      readonly kind: 'collected'
      readonly groups: readonly JudgedGroup[]
      readonly order: OrderState
      /** Everything the policy generated for this step, what was dropped included. */
      readonly generated: Sequences
      /** Expert rows that the paper's count charges a generation pass too. */
      readonly charged?: Sequences
      readonly values: Readonly<Record<string, number>>
      /** Rows no longer drawn, from this step on. */
      readonly retired?: readonly number[]
    }
  | { readonly kind: 'halted'; readonly facts: FailureFacts }

/** The spec's own check holds an rl or synchronized stage to a method with rollouts. */
export const objectiveOfStage = (stage: RlStage | SynchronizedStage, responseLimit: number): Objective =>
  objectiveOf(stage.objective as RolloutSettings, {
    temperature: stage.temperature,
    responseLimit,
    // One update a rollout: π_old is the policy itself.
    oldPolicy: stage.updatesPerRollout > 1 ? 'scored' : 'current',
  })

export function policyGradientStep(
  stage: RlStage | SynchronizedStage,
  deps: StageDeps,
  order: DataOrder,
  collect: (at: StagePosition) => AsyncGenerator<StageEvent, Collected>,
): StagePlan['step'] {
  const objective = objectiveOfStage(stage, deps.task.maxResponseTokens)
  const upt = stage.objective.type === 'upt' ? stage.objective : undefined
  return async function* (at: StagePosition): AsyncGenerator<StageEvent, StepOutcome> {
    const progress = progressAt(stage, at, deps)
    const learningRate = learningRateAt(stage, at.step, progress.steps) * (upt?.learningRateFactor ?? 1)
    const began = deps.elapsedMs()
    const collected = yield* collect(at)
    if (collected.kind === 'halted') return collected
    const { groups, generated } = collected
    const sampled = deps.elapsedMs()
    const plan = {
      objective,
      updates: stage.updatesPerRollout,
      temperature: stage.temperature,
      settings: optimiserSettings(stage, learningRate),
      skipAbove: upt?.skipAboveGradNorm ?? null,
      progress,
      splits: isSumOverTokens(stage.objective),
    }
    const updated = await update(groups, plan, deps)
    if (updated.kind === 'diverged') return { ...updated, rows: idsOf(groups, updated.rows) }
    const cost = stepFlops(deps.shape, { generated, charged: collected.charged, trained: sequencesOf(updated.rows) })
    return {
      kind: 'stepped',
      at: {
        ...at,
        step: at.step + 1,
        flops: at.flops + cost,
        stepFlops: cost,
        tokens: at.tokens + generated.tokens,
        order: collected.order,
        ...(collected.retired && { retired: [...collected.retired] }),
      },
      values: {
        ...rolloutMetrics(groups),
        ...collected.values,
        ...updated.values,
        'train/lr': learningRate,
        'train/epoch': order.epochs(collected.order),
        'train/rollout_seconds': (sampled - began) / 1000,
        'train/update_seconds': (deps.elapsedMs() - sampled) / 1000,
      },
      samples: sampleRecords(groups.slice(0, stage.storedPrompts), updated.rows, deps),
    }
  }
}

/** How far the stage is; the steps it will have by its FLOPs so far. A pure function of the position, so schedules resume. */
export const progressAt = (
  { budget }: RlStage | SynchronizedStage,
  at: StagePosition,
  { beforeFlops }: StageDeps,
): Progress => ({
  step: at.step,
  steps: at.step === 0 ? budget.steps : expectedSteps(budget, at.flops / at.step, beforeFlops),
})

/** Prefix-RFT ranks tokens over the whole mini-batch and SRFT takes means over it; all other losses and metrics are sums over tokens. */
const isSumOverTokens = ({ type }: ObjectiveSettings): boolean => type !== 'prefix-rft' && type !== 'srft'

/** The data rows that a mini-batch was made of. */
function idsOf(groups: readonly JudgedGroup[], rows: readonly { promptTokens: Int32Array }[]): number[] {
  const present = new Set(rows.map(({ promptTokens }) => promptTokens))
  return groups.filter(({ promptTokens }) => present.has(promptTokens)).map(({ row }) => row.id)
}
