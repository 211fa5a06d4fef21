/** Branches of an SFT run as the view and the recommendation take them. */
import { bestSeenOf } from '#shared/analysis/ceiling-words.ts'
import type { MeasuredBranch } from '#shared/analysis/recommend.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import type { MeasuredSwitch } from '../../charts/after-rl.option.ts'
import { printedCeiling } from '../../curves/verdicts.ts'

export function measuredSwitches(branches: readonly BranchCurve[]): MeasuredSwitch[] {
  return branches
    .filter((branch) => branch.parentStep !== null && (branch.points.length > 1 || printedCeiling(branch) !== null))
    .map(({ parentStep, name, points, fit, origin }) => {
      const printed = printedCeiling({ fit, origin })
      if (printed !== null)
        return { step: parentStep!, name, value: printed, interval: { lo: printed, hi: printed }, isPrinted: true }
      const isSet = fit !== null && fit.verdict !== 'not-identifiable'
      return {
        step: parentStep!,
        name,
        value: isSet ? fit.aPost.value : bestSeenOf(points, fit?.excluded),
        interval: isSet ? { lo: fit.aPost.lo, hi: fit.aPost.hi } : null,
      }
    })
    .sort((a, b) => a.step - b.step)
}

/** What the recommendation may weigh: branches with a fitted law. */
export const measuredBranches = (branches: readonly BranchCurve[]): MeasuredBranch[] =>
  branches.flatMap(({ fit, parentStep }) =>
    fit === null || parentStep === null
      ? []
      : [
          {
            step: parentStep,
            analysis: { aPost: fit.aPost, verdict: fit.verdict, collapse: fit.collapse, level: 0.8 as const },
          },
        ],
  )

/** The checkpoint nearest to a step; null where there is none. */
export const nearestCheckpoint = (steps: readonly number[], step: number): number | null =>
  steps.length === 0 ? null : steps.reduce((best, at) => (Math.abs(at - step) < Math.abs(best - step) ? at : best))

/** Of several branches from one step the one that went the farthest: a search leaves short ones behind. */
export function farthestBranches(branches: readonly BranchCurve[]): BranchCurve[] {
  const reached = (branch: BranchCurve) => branch.points.at(-1)?.flops ?? 0
  const best = new Map<string, BranchCurve>()
  for (const branch of branches) {
    // Another objective is another question.
    const key = `${branch.parentStep} ${branch.objective}`
    const known = best.get(key)
    if (!known || reached(branch) > reached(known)) best.set(key, branch)
  }
  return [...best.values()]
}
