/** A run made longer: which limits it needs for a new total, and what that will take by what it has taken so far. Pure. */
import type { Budget } from '#shared/experiment/spec.ts'

export type ExtensionKind = 'steps' | 'compute'

export interface RunSoFar {
  readonly step: number
  /** FLOPs of this stage, and with the stages before it. */
  readonly flops: number
  readonly totalFlops: number
  /** Time a step has taken, evaluations included; null where the run tells none. */
  readonly secondsPerStep: number | null
  readonly budget: Budget
}

export interface ExtensionPlan {
  /** What the engine is asked for: the wanted limit, and the others where they would end the run before it. */
  readonly budget: Partial<Budget>
  readonly moreSteps: number
  readonly moreFlops: number
  readonly seconds: number | null
}

/** Limits that only have to stand out of the way are raised by this much more than is foreseen. */
const slack = 1.1

/** Half as much again, in round numbers. */
export const suggested = (kind: ExtensionKind, { step, totalFlops }: RunSoFar): number =>
  kind === 'steps' ? Math.max(step + 1, Math.ceil(step * 1.5)) : Number((totalFlops * 1.5).toPrecision(2))

/** `total`: steps, or FLOPs with the stages before, in all. Null where it is not beyond what the run has come to. */
export function extensionPlan(kind: ExtensionKind, total: number, run: RunSoFar): ExtensionPlan | null {
  const { step, flops, totalFlops, secondsPerStep, budget } = run
  if (!(total > (kind === 'steps' ? step : totalFlops))) return null
  const flopsPerStep = step > 0 ? flops / step : 0
  const moreSteps =
    kind === 'steps' ? total - step : flopsPerStep > 0 ? Math.ceil((total - totalFlops) / flopsPerStep) : 1
  const moreFlops = kind === 'steps' ? moreSteps * flopsPerStep : total - totalFlops
  const seconds = secondsPerStep === null ? null : moreSteps * secondsPerStep
  const raised = (limit: number | undefined, needed: number) =>
    limit !== undefined && limit < needed ? needed : undefined
  const needed = {
    steps: Math.ceil(step + moreSteps * slack),
    flops: flops + moreFlops * slack,
    totalFlops: totalFlops + moreFlops * slack,
    // Minutes count from the start; what a run took before it was paused is not known here.
    minutes: ((seconds ?? 0) * slack + (secondsPerStep ?? 0) * step) / 60,
  }
  const changes = {
    steps: kind === 'steps' ? total : raised(budget.steps, needed.steps),
    totalFlops: kind === 'compute' ? total : raised(budget.totalFlops, needed.totalFlops),
    flops: raised(budget.flops, needed.flops),
    minutes: raised(budget.minutes, needed.minutes),
  }
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  return { budget: Object.fromEntries(given) as Partial<Budget>, moreSteps, moreFlops, seconds }
}
