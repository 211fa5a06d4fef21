/**
 * How many evaluations, or how many test prompts, would identify a ceiling: the fitted law is taken for the truth, the branch is imagined longer at the
 * same spacing and with the same noise, and the fit is tried on such branches until nearly all of them are identified.
 * Units  as in curve-fit.ts. CPU-bound: runs in the fitting thread.
 */
import { diceFor } from '#shared/analysis/dice.ts'
import { promptsToIdentify } from '#shared/analysis/identify-cost.ts'
import { branchProblem, fitSigmoid } from '#shared/analysis/fit.ts'
import { profileInterval, profileLevel, profileOf, verdictOf } from '#shared/analysis/intervals.ts'
import { sigmoid } from '#shared/analysis/sigmoid.ts'
import type { SigmoidParams } from '#shared/analysis/types.ts'
import { unit } from './curve-fit.ts'

export interface NeededRequest {
  readonly params: SigmoidParams
  readonly pSft: number
  readonly noiseSd: number
  /** Evaluations now, and FLOPs from one to the next. */
  readonly n: number
  readonly spacing: number
  /** Test prompts of one evaluation now. */
  readonly prompts: number
}

export interface Needed {
  /** Evaluations of one branch; null: more than `mostTimes` as many as now. */
  readonly n: number | null
  /** FLOPs of a branch that long. */
  readonly flops: number | null
  /** Test prompts with which the evaluations made would have done; null: more than a million. */
  readonly prompts: number | null
}

const times = [1, 1.5, 2, 3, 4, 6, 8, 12, 16]
export const mostTimes = times.at(-1)!
const draws = 5
const enough = 4

/** The fewest of a few lengths at which four of five imagined branches are identified. Deterministic. */
export function neededEvaluations(asked: NeededRequest): Needed {
  const request = {
    ...asked,
    params: { ...asked.params, cMid: asked.params.cMid / unit },
    spacing: asked.spacing / unit,
  }
  const lengths = times.map((each) => Math.ceil(request.n * each))
  // More evaluations never identify less, up to chance: search by halves.
  let low = 0
  let high = lengths.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (identifies(request, lengths[middle]!)) high = middle
    else low = middle + 1
  }
  const n = lengths[low] ?? null
  return { n, flops: n === null ? null : n * asked.spacing, prompts: neededPrompts(request) }
}

/** Prompts at the evaluations that there are: the noise falls with their square root. */
function neededPrompts({ params, pSft, noiseSd, n, spacing, prompts }: NeededRequest): number | null {
  const points = imagined({ params, pSft, spacing }, n, () => 0)
  return promptsToIdentify(branchProblem(points, pSft), { params, atCeiling: false }, { noiseSd, prompts })
}

/** A branch of `n` evaluations on the law. */
function imagined(
  { params, pSft, spacing }: Pick<NeededRequest, 'params' | 'pSft' | 'spacing'>,
  n: number,
  noise: () => number,
): { compute: number; score: number }[] {
  return Array.from({ length: n }, (_, i) => {
    const compute = (i + 1) * spacing
    return { compute, score: sigmoid(compute, params, pSft) + noise() }
  })
}

function identifies({ params, pSft, noiseSd, spacing }: NeededRequest, n: number): boolean {
  let identified = 0
  for (let draw = 0; draw < draws; draw++) {
    const dice = diceFor(1000 * n + draw)
    const points = imagined({ params, pSft, spacing }, n, () => noiseSd * dice.normal())
    const problem = branchProblem(points, pSft)
    const fitting = { offset: params.eps > 0 ? ('free' as const) : ('fixed' as const) }
    const verdict = verdictOf(profileInterval(profileOf(problem, fitSigmoid(problem, fitting), fitting), profileLevel))
    if (verdict === 'identified') identified++
    if (identified + (draws - 1 - draw) < enough) return false
    if (identified >= enough) return true
  }
  return false
}
