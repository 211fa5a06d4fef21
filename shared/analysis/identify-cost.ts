/**
 * How many test prompts would identify a ceiling, had the branch gone as its fitted law says (docs/methods/ceilings.md).
 * By simulation: the fitted curve at the evaluations made, normal noise whose SD falls with 1 / √prompts, and the share
 * of draws whose 90 % profile interval is at most 2 points wide. (A formula from the curvature at the fit promises four
 * times too few prompts: the ceiling's distribution is skewed.)
 * It plans an experiment; it is no result. What more prompts do not remove (seeds, drift) is not in it.
 */
import { diceFor } from './dice.ts'
import { fitSigmoid, type BranchProblem, type SigmoidFit } from './fit.ts'
import { profileInterval, profileOf, verdictOf } from './intervals.ts'
import { progress } from './sigmoid.ts'

/** More prompts than this are not a plan. */
const mostPrompts = 1_000_000

export interface IdentifyPlan {
  /** Points that one evaluation scatters by now. */
  readonly noiseSd: number
  /** Prompts of one evaluation now. */
  readonly prompts: number
  /** Share of repetitions that should identify the ceiling. */
  readonly power?: number
  readonly draws?: number
  readonly seed?: number
}

/**
 * Prompts an evaluation needs for the verdict `identified` in a share `power` of repetitions, to about a tenth. Null
 * where a million would not do (the fit sees no ceiling, or the branch is far from it).
 */
export function promptsToIdentify(
  problem: BranchProblem,
  fit: Pick<SigmoidFit, 'params' | 'atCeiling'>,
  plan: IdentifyPlan,
): number | null {
  const { noiseSd, prompts, power = 0.8, draws = 40, seed = 1 } = plan
  const { A, B, cMid, eps } = fit.params
  const { pSft, compute, gain } = problem
  if (fit.atCeiling || !(noiseSd > 0)) return null
  const exact = Float64Array.from(compute, (x) => eps + (A - pSft - eps) * progress(x, B, cMid))
  const options = { offset: eps > 0 ? ('free' as const) : ('fixed' as const) }
  // The same errors for every number of prompts, scaled: more prompts then help in every draw.
  const dice = diceFor(seed)
  const errors = Array.from({ length: draws }, () => gain.map(() => dice.normal()))

  const isEnough = (n: number): boolean => {
    const sd = noiseSd * Math.sqrt(prompts / n)
    let identified = 0
    for (const [done, error] of errors.entries()) {
      const drawn = { ...problem, gain: exact.map((y, i) => y + sd * error[i]!) }
      const profile = profileOf(drawn, fitSigmoid(drawn, options), options)
      if (verdictOf(profileInterval(profile)) === 'identified') identified++
      // Decided early where the rest cannot change it.
      if (identified >= power * draws) return true
      if (identified + draws - done - 1 < power * draws) return false
    }
    return identified >= power * draws
  }

  let [low, high] = [0, prompts]
  while (!isEnough(high)) {
    low = high
    high *= 2
    if (high > mostPrompts) return null
  }
  if (low === 0) {
    low = high / 2
    while (low >= 1 && isEnough(low)) [low, high] = [low / 2, low]
  }
  while (high / Math.max(low, 1) > 1.1) {
    const middle = Math.sqrt(Math.max(low, 1) * high)
    if (isEnough(middle)) high = middle
    else low = middle
  }
  return Math.ceil(high)
}
