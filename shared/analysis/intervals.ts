/**
 * How well a branch determines its ceiling: profile likelihood and bootstrap (docs/methods/ceilings.md).
 *   Profile  S(A) = least squares over all other parameters at a fixed ceiling A. Normal errors of unknown SD:
 *            A is inside the interval of level p while  n ln(S(A) / S_min) ≤ χ²_1(p)
 *            or, small-sample,                          (n - k) (S(A) / S_min - 1) ≤ t²_{n-k}((1 + p) / 2), k parameters.
 *   Verdict  identified: the 90 % interval is at most 2 points wide; not identifiable: it has no upper bound below
 *            100; loose: between.
 * Source     profile likelihood after Venzon & Moolgavkar (1988); residual bootstrap after Efron (1979).
 */
import { chiSquareQuantile1, studentQuantile } from './distributions.ts'
import { diceFor } from './dice.ts'
import { linearPart, minimise, paramsOf, type BranchProblem, type FitOptions, type SigmoidFit } from './fit.ts'
import { quantile } from './order-statistics.ts'
import { progress } from './sigmoid.ts'
import type { Estimate, ProfileInterval, SigmoidParams, Verdict } from './types.ts'

export const identifiedWidth = 2
export const profileLevel = 0.9

/** Least squares at a fixed ceiling, remembered: intervals of several levels ask for the same places. */
export interface Profile {
  readonly n: number
  readonly parameters: number
  readonly best: number
  readonly bestCost: number
  readonly low: number
  readonly high: number
  cost(A: number): number
}

/** Prepares the profile of A on the points that `fit` kept. */
export function profileOf(problem: BranchProblem, fit: SigmoidFit, options: FitOptions = {}): Profile {
  const { pSft, gain } = problem
  const weights = Float64Array.from(fit.kept, Number)
  const high = options.ceiling ?? 100
  const near = [Math.log(fit.params.B), Math.log(fit.params.cMid)] as const
  const known = new Map<number, number>()
  let along = near
  return {
    n: fit.kept.filter(Boolean).length,
    parameters: options.offset === 'free' ? 4 : 3,
    best: fit.params.A,
    bestCost: fit.rss,
    low: 0,
    high,
    cost(A) {
      const before = known.get(A)
      if (before !== undefined) return before
      const state = minimise(problem, gain, weights, linearPart(pSft, options, A - pSft), [near, along], 2)
      along = [state.u, state.v]
      known.set(A, state.cost)
      return state.cost
    },
  }
}

/**
 * The interval of one level; an end is null where even the bound itself (0 or the highest ceiling) is inside. The verdict
 * goes by the plain limit (`large-sample`); `small-sample` is wider and holds the truth as often as it says.
 */
export function profileInterval(
  profile: Profile,
  level = profileLevel,
  limitBy: 'large-sample' | 'small-sample' = 'large-sample',
): ProfileInterval {
  const freedom = Math.max(1, profile.n - profile.parameters)
  const excess =
    limitBy === 'large-sample'
      ? Math.exp(chiSquareQuantile1(level) / profile.n)
      : 1 + studentQuantile((1 + level) / 2, freedom) ** 2 / freedom
  const limit = profile.bestCost * excess + 1e-12
  const isInside = (A: number) => profile.cost(A) <= limit
  const end = (bound: number): number | null => {
    if (isInside(bound)) return null
    const direction = Math.sign(bound - profile.best)
    let inside = profile.best
    let step = 0.25
    let outside = bound
    for (;;) {
      const next = inside + direction * step
      if (direction * (next - bound) >= 0) break
      if (!isInside(next)) {
        outside = next
        break
      }
      inside = next
      step *= 2
    }
    while (Math.abs(outside - inside) > 0.002) {
      const middle = (inside + outside) / 2
      if (isInside(middle)) inside = middle
      else outside = middle
    }
    return (inside + outside) / 2
  }
  return { lo: end(profile.low), hi: end(profile.high) }
}

/** CONTRACTS' verdict on a 90 % profile interval. */
export function verdictOf({ lo, hi }: ProfileInterval): Verdict {
  if (hi === null) return 'not-identifiable'
  return lo !== null && hi - lo <= identifiedWidth ? 'identified' : 'loose'
}

export interface Bootstrap {
  readonly ceilings: Float64Array
  readonly params: readonly SigmoidParams[]
}

/**
 * Refits the branch `draws` times to the fitted curve plus residuals drawn with replacement, centred and widened by
 * √(n / (n - p)) for the parameters they were fitted with. Deterministic for a seed.
 */
export function bootstrapSigmoid(
  problem: BranchProblem,
  fit: SigmoidFit,
  { draws, seed }: { readonly draws: number; readonly seed: number },
  options: FitOptions = {},
): Bootstrap {
  const { gain, pSft, compute } = problem
  const n = gain.length
  const { A, B, cMid, eps } = fit.params
  const fitted = Float64Array.from(compute, (x) => eps + (A - pSft - eps) * progress(x, B, cMid))
  const kept = Array.from(fit.residuals).filter((_, i) => fit.kept[i])
  const centre = kept.reduce((a, b) => a + b, 0) / kept.length
  const parameters = options.offset === 'free' ? 4 : 3
  const widen = Math.sqrt(kept.length / Math.max(1, kept.length - parameters))
  const errors = Float64Array.from(kept, (e) => (e - centre) * widen)
  const weights = new Float64Array(n).fill(1)
  const part = linearPart(pSft, options)
  const near = [Math.log(B), Math.log(cMid)] as const
  const dice = diceFor(seed)
  const resampled = new Float64Array(n)
  const params: SigmoidParams[] = []
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < n; i++) resampled[i] = fitted[i]! + errors[Math.floor(dice.uniform() * errors.length)]!
    params.push(paramsOf(minimise(problem, resampled, weights, part, [near], 1), pSft))
  }
  return { ceilings: Float64Array.from(params, (p) => p.A), params }
}

/** Central interval of bootstrap values around `value`. */
export function percentileInterval(value: number, draws: ArrayLike<number>, level: number): Estimate {
  return { value, lo: quantile(draws, (1 - level) / 2), hi: quantile(draws, (1 + level) / 2) }
}
