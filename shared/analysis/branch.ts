/** One branch, from its points to its row in the analyze document (docs/methods/ceilings.md). */
import { findCollapse } from './collapse.ts'
import { branchProblem, fewestPoints, fitAtCeiling, fitSigmoid, type FitOptions, type Robustness } from './fit.ts'
import { holdoutForecast, holdoutParts } from './forecast.ts'
import { profileInterval, profileLevel, profileOf, verdictOf } from './intervals.ts'
import { ceilingMixture, jumpProbability, lawPosterior, type PosteriorOptions } from './law-posterior.ts'
import { lawAlonePrior, type LawPrior } from './law-prior.ts'
import { mixtureQuantile } from './normal-mixture.ts'
import { rivalFits } from './rivals.ts'
import { computeToShare } from './sigmoid.ts'
import type { BranchAnalysis, Estimate, PerformancePoint } from './types.ts'

export interface BranchInput {
  readonly id: string
  readonly dataset: string
  readonly pSft: number
  readonly branchStep?: number | null
  readonly branchCompute?: number | null
  /** RL compute since the branch point and score; the branch point itself (compute 0) may or may not be among them. */
  readonly points: readonly PerformancePoint[]
}

export interface BranchOptions {
  readonly level?: number
  /** ε of the law; `auto` (the default): free where the points make a jump at the start of RL likelier than none. */
  readonly offset?: 'fixed' | 'free' | 'auto'
  readonly robust?: Robustness
  /** Known noise SD in points; else estimated from the curve. */
  readonly noise?: number
  /** What an evaluation's noise should be by its number of problems: steadies the estimate of short curves. */
  readonly noisePrior?: PosteriorOptions['noisePrior']
  /** Belief that forecasts start from: the general prior, or one sharpened by siblings. */
  readonly prior?: LawPrior
  /** Share of the compute to fit on, everything else included; the rest is forecast and scored. */
  readonly holdout?: number | null
}

const shares = [0.5, 0.8, 0.9, 0.95]

/** Beyond this many times the compute seen, a compute to reach a share is not worth printing. */
const furthest = 100

/**
 * Analyses one branch: collapse and broken evaluations set aside, the law fitted to the rest, the ceiling's interval
 * and verdict, rivals, and the compute that reaches a share of the ceiling. With a holdout all of that knows the points up to
 * the cut and nothing else; only `collapse`, `broken` and the marks on the held points look at the whole curve.
 * Throws `input.invalid` for points that are not finite or not sorted.
 */
export function analyzeBranch(input: BranchInput, options: BranchOptions = {}): BranchAnalysis {
  const { pSft } = input
  const level = options.level ?? 0.8
  const share = options.holdout ?? null
  const points = [{ compute: 0, score: pSft }, ...input.points.filter((p) => p.compute > 0)]
  const findings = findCollapse(points, { noise: options.noise })
  const cut = share === null ? Infinity : holdoutParts(points, pSft, share, options.noise).cutCompute
  const seen = points.filter((p) => p.compute <= cut)
  const atCut = share === null ? findings : findCollapse(seen, { noise: options.noise })
  const valid = seen.filter((_, i) => atCut.excluded[i] === null)
  const common = {
    id: input.id,
    dataset: input.dataset,
    n: points.length - 1,
    noiseSd: Number.isFinite(atCut.noiseSd) ? atCut.noiseSd : null,
    pSft,
    level,
    bestSeen: peakOf(valid),
    collapse: findings.collapse,
    broken: findings.broken,
    branchStep: input.branchStep ?? null,
    branchCompute: input.branchCompute ?? null,
    holdout: share === null ? null : holdoutForecast(points, pSft, share, { ...options, level }),
  }
  if (valid.length - 1 < fewestPoints) return { ...common, ...peakResult(valid, pSft, peakOf(valid)) }

  const problem = branchProblem(valid, pSft)
  const posterior = lawPosterior(valid, pSft, { prior: lawAlonePrior, noisePrior: options.noisePrior })
  const jump = jumpProbability(posterior)
  const wanted = options.offset ?? 'auto'
  const isFree = wanted === 'auto' ? jump > 0.5 : wanted === 'free'
  const fitting: FitOptions = { offset: isFree ? 'free' : 'fixed', robust: options.robust }
  const best = fitSigmoid(problem, fitting)
  const profile = profileOf(problem, best, fitting)
  const profile90 = profileInterval(profile, profileLevel)
  const inner = profileInterval(profile, level, 'small-sample')
  const verdict = verdictOf(profile90)
  const isOpen = verdict === 'not-identifiable'
  if (isOpen && atCut.collapse) {
    const lo = Math.min(inner.lo ?? profile.low, peakOf(valid))
    return {
      ...common,
      ...peakResult(valid, pSft, lo),
      profile90,
      jumpProbability: jump,
      rivals: rivalFits(problem, best),
    }
  }
  // Where the data set no upper bound, the best fit may sit anywhere up to 100 and its interval leans on that bound: the
  // average over the laws that the points allow says more, and its lower end is kept if it is lower.
  const average = ceilingMixture(posterior)
  const hi = inner.hi ?? profile.high
  const lo = isOpen
    ? Math.min(inner.lo ?? profile.low, mixtureQuantile(average, (1 - level) / 2))
    : (inner.lo ?? profile.low)
  const fit = isOpen
    ? fitAtCeiling(problem, best, Math.min(hi, Math.max(lo, mixtureQuantile(average, 0.5))), fitting)
    : best
  const aPost: Estimate = { value: fit.params.A, lo, hi }
  const last = problem.compute.at(-1)!
  return {
    ...common,
    model: 'sigmoid',
    params: fit.params,
    jumpProbability: jump,
    plRl: { value: aPost.value - pSft, lo: aPost.lo - pSft, hi: aPost.hi - pSft },
    aPost,
    profile90,
    verdict,
    outliers: Array.from(problem.compute).filter((_, i) => !fit.kept[i]),
    rmseTrain: fit.rmse,
    rivals: rivalFits(problem, fit),
    computeToShare: shares.map((share) => {
      const compute = computeToShare(share, fit.params, pSft)
      return { share, compute: compute !== null && compute <= furthest * last ? compute : null }
    }),
  }
}

const peakOf = (valid: readonly PerformancePoint[]): number => Math.max(...valid.map((p) => p.score))

/**
 * Too few points for a law, or a collapse before the law could be told: the highest score seen stands in for the
 * ceiling, as the paper's appendix F does.
 */
function peakResult(valid: readonly PerformancePoint[], pSft: number, lo: number) {
  const peak = peakOf(valid)
  return {
    model: 'peak' as const,
    params: null,
    jumpProbability: null,
    plRl: { value: peak - pSft, lo: lo - pSft, hi: 100 - pSft },
    aPost: { value: peak, lo, hi: 100 },
    profile90: { lo: null, hi: null },
    verdict: 'not-identifiable' as const,
    outliers: [],
    rmseTrain: 0,
    rivals: [],
    computeToShare: [],
  }
}
