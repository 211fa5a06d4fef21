/** When a stage ends. */
import type { Budget } from '#shared/experiment/spec.ts'
import type { BudgetKind } from './events.ts'
import type { StagePosition } from './position.ts'

/**
 * The budget that ends the stage at `at`, or null while it goes on. FLOP budgets end at the step whose total lies nearest to the
 * budget: when less than half a step (as long as the last one) is left. `beforeFlops`: of the stages before this one.
 */
export function usedUp(budget: Budget, at: StagePosition, beforeFlops: number): BudgetKind | null {
  if (at.step >= budget.steps) return 'steps'
  const nearest = (limit: number | undefined, spent: number) => limit !== undefined && limit - spent <= at.stepFlops / 2
  if (nearest(budget.flops, at.flops)) return 'flops'
  if (nearest(budget.totalFlops, beforeFlops + at.flops)) return 'totalFlops'
  if (budget.minutes !== undefined && at.wallMs >= budget.minutes * 60_000) return 'minutes'
  return null
}

/**
 * How much of the stage is done, 0..1: the share of whichever budget is nearest to its end. Drives progress and time left.
 */
export function shareDone(budget: Budget, at: StagePosition, beforeFlops: number): number {
  const shares = [
    at.step / budget.steps,
    budget.flops === undefined ? 0 : at.flops / budget.flops,
    budget.totalFlops === undefined || budget.totalFlops <= beforeFlops
      ? 0
      : at.flops / (budget.totalFlops - beforeFlops),
    budget.minutes === undefined ? 0 : at.wallMs / (budget.minutes * 60_000),
  ]
  return Math.min(1, Math.max(...shares))
}

/**
 * The steps that a stage of nearly equal steps will take (`stepFlops` each on average): the horizon of a learning-rate
 * schedule. A deterministic number, so a resumed run follows the same schedule; `minutes` is left out for that reason.
 */
export function expectedSteps(budget: Budget, stepFlops: number, beforeFlops: number): number {
  const by = (limit: number | undefined) =>
    limit === undefined ? Infinity : Math.max(1, Math.round(limit / stepFlops))
  const rest = budget.totalFlops === undefined ? undefined : Math.max(0, budget.totalFlops - beforeFlops)
  return Math.min(budget.steps, by(budget.flops), by(rest))
}
