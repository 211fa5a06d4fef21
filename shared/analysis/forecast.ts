/**
 * Forecasts of a branch with intervals (docs/methods/forecast.md): the posterior of its law, carried on from where the
 * branch stands now, and the noise of the evaluation that will test it.
 *   score(x) = P_sft + H g(x) + φ (d_now) + fresh drift + trend + ε        φ = e^(-(ln x - ln x_last) / ℓ)
 * The trend, an error of the law that grows with ln(x / x_last), is no part of the mean: nothing seen tells its sign.
 */
import { findCollapse } from './collapse.ts'
import { lawPosterior, type LawPosterior, type PosteriorOptions } from './law-posterior.ts'
import { mixtureMean, mixtureQuantile, type NormalMixture } from './normal-mixture.ts'
import type { Exclusion, Holdout, PerformancePoint } from './types.ts'

export interface Forecast {
  readonly compute: number
  /** Mean of what is expected. */
  readonly predicted: number
  readonly lo: number
  readonly hi: number
}

/**
 * The score at `compute` as a mixture. `evaluation`: where a new evaluation would fall, noise included; `branch`: the
 * branch's own level there; `law`: the law alone, also for compute already seen.
 */
export function scoreMixture(
  posterior: LawPosterior,
  compute: number,
  what: 'evaluation' | 'branch' | 'law',
): NormalMixture {
  const { pSft, noiseSd, lastLn, weights, lnB, lnC, jump, gain, gainSd, filters, filterOf, trendSds } = posterior
  const n = weights.length
  const means = new Float64Array(n)
  const sds = new Float64Array(n)
  const ln = Math.log(Math.max(compute, 1e-12))
  const noise = what === 'evaluation' ? noiseSd ** 2 : 0
  for (let k = 0; k < n; k++) {
    const g = 1 / (1 + Math.exp(Math.exp(lnB[k]!) * (lnC[k]! - ln)))
    const shape = compute > 0 ? jump[k]! + (1 - jump[k]!) * g : 0
    if (what === 'law') {
      means[k] = pSft + gain[k]! * shape
      sds[k] = Math.max(1e-6, gainSd[k]! * shape)
      continue
    }
    const filter = filters[filterOf[k]!]!
    const beyond = Math.max(0, ln - lastLn)
    const phi = Math.exp(-beyond / filter.lengthLn)
    const lever = shape - phi * posterior.driftOfShape[k]!
    means[k] = pSft + gain[k]! * lever + phi * posterior.driftOfScores[k]!
    const fresh = filter.driftVariance * (1 - phi * phi) + phi * phi * filter.lastVariance
    const trend = (trendSds[filterOf[k]!]! * beyond) ** 2
    sds[k] = Math.sqrt((gainSd[k]! * lever) ** 2 + fresh + trend + noise + 1e-12)
  }
  return { weights, means, sds }
}

export function forecastAt(
  posterior: LawPosterior,
  compute: number,
  level = 0.8,
  what: 'evaluation' | 'branch' | 'law' = 'evaluation',
): Forecast {
  const mixture = scoreMixture(posterior, compute, what)
  return {
    compute,
    predicted: mixtureMean(mixture),
    lo: mixtureQuantile(mixture, (1 - level) / 2),
    hi: mixtureQuantile(mixture, (1 + level) / 2),
  }
}

export interface HoldoutOptions extends PosteriorOptions {
  readonly level?: number
  /** Known noise SD for finding collapses. */
  readonly noise?: number
}

/** A branch parted at a share of its compute. */
export interface HoldoutParts {
  readonly cutCompute: number
  /** What the forecast may know, broken and collapsed points set aside as far as they can be told by then. */
  readonly known: readonly PerformancePoint[]
  /** What it is asked for, marked by what the whole curve shows. */
  readonly held: readonly (PerformancePoint & { readonly excluded: Exclusion | null })[]
}

/**
 * Parts a branch at `share` of the compute before its collapse (of all compute if there is none). Collapse and broken
 * evaluations are looked for twice: on the whole curve to set the cut and to say what must not be scored; on the known
 * part alone to say what is fitted, because the rest is not known yet.
 */
export function holdoutParts(
  points: readonly PerformancePoint[],
  pSft: number,
  share: number,
  noise?: number,
): HoldoutParts {
  const seen = [{ compute: 0, score: pSft }, ...points.filter((p) => p.compute > 0)]
  const { excluded } = findCollapse(seen, { noise })
  const last = seen.reduce((most, p, i) => (excluded[i] === 'collapse' ? most : Math.max(most, p.compute)), 0)
  const cutCompute = share * last
  return {
    cutCompute,
    known: fittable(seen, cutCompute, noise),
    held: seen.map((p, i) => ({ ...p, excluded: excluded[i] ?? null })).filter((p) => p.compute > cutCompute),
  }
}

/** Fits on the points at or below `share` of the compute and forecasts the rest. */
export function holdoutForecast(
  points: readonly PerformancePoint[],
  pSft: number,
  share: number,
  options: HoldoutOptions = {},
): Holdout {
  const { cutCompute, known, held } = holdoutParts(points, pSft, share, options.noise)
  const posterior = lawPosterior(known, pSft, options)
  const forecasts = held.map((p) => {
    const { predicted, lo, hi } = forecastAt(posterior, p.compute, options.level ?? 0.8)
    return { compute: p.compute, actual: p.score, predicted, lo, hi, excluded: p.excluded }
  })
  const scored = forecasts.filter((p) => p.excluded === null)
  const squares = scored.reduce((sum, p) => sum + (p.actual - p.predicted) ** 2, 0)
  return { share, cutCompute, points: forecasts, rmse: scored.length > 0 ? Math.sqrt(squares / scored.length) : null }
}

/** The points up to `cut` that a law may be fitted to, judged by themselves. */
export function fittable(points: readonly PerformancePoint[], cut: number, noise?: number): PerformancePoint[] {
  const known = points.filter((p) => p.compute <= cut)
  const { excluded } = findCollapse(known, { noise })
  return known.filter((_, i) => excluded[i] === null)
}

export interface RollingScore {
  /** Share of the compute that was known. */
  readonly share: number
  readonly rmse: number
  readonly coverage: number
  readonly n: number
}

/**
 * Backtest by rolling origin: forecasts from each of the `shares` in turn, scored on everything after. Null entries are
 * left out where nothing was left to score.
 */
export function rollingOrigin(
  points: readonly PerformancePoint[],
  pSft: number,
  shares: readonly number[] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
  options: HoldoutOptions = {},
): RollingScore[] {
  return shares.flatMap((share) => {
    const { points: forecasts, rmse } = holdoutForecast(points, pSft, share, options)
    const scored = forecasts.filter((p) => p.excluded === null)
    if (rmse === null) return []
    const covered = scored.filter((p) => p.actual >= p.lo && p.actual <= p.hi).length
    return [{ share, rmse, coverage: covered / scored.length, n: scored.length }]
  })
}
