/**
 * Fits of the sigmoid law to one branch, plain and robust (docs/methods/ceilings.md).
 * Source      Ding et al., arXiv 2512.11470, Eq. 2 and appendix F.2 (outliers by the modified z-score, least trimmed squares).
 * Departures  the start is P_sft exactly, so the branch point itself carries no residual; with a free offset it is not
 *             a point of the fit (it would hold ε at 0). A ≤ 100, because no score is higher.
 */
import { Failure } from '#shared/contract/failure.ts'
import { bestCells, cellStart, lawGrid, type LawGrid } from './law-grid.ts'
import { polish, scratchFor, type LawState, type LinearPart, type Scratch } from './law-polish.ts'
import { median } from './order-statistics.ts'
import { progress } from './sigmoid.ts'
import type { PerformancePoint, SigmoidParams } from './types.ts'

/** Everything about a branch that its refits share. Scores are kept as gains over P_sft. */
export interface BranchProblem {
  readonly compute: Float64Array
  readonly gain: Float64Array
  readonly pSft: number
  readonly grid: LawGrid
  readonly scratch: Scratch
}

/** How squares are weighed: the paper's two robust steps, or a smooth loss with the given scale in points. */
export type Robustness =
  | { readonly kind: 'none' }
  | { readonly kind: 'mad'; readonly tau: number }
  | { readonly kind: 'lts'; readonly alpha: number; readonly tau: number | null }
  | { readonly kind: 'soft-l1'; readonly scale: number }

export interface FitOptions {
  readonly offset?: 'fixed' | 'free'
  /** Highest ceiling allowed, in percent. */
  readonly ceiling?: number
  readonly robust?: Robustness
}

export interface SigmoidFit {
  readonly params: SigmoidParams
  /** Sum of squared residuals of the kept points. */
  readonly rss: number
  /** False where a robust step set the point aside. */
  readonly kept: readonly boolean[]
  readonly residuals: Float64Array
  /** Root mean square residual of the kept points. */
  readonly rmse: number
  /** The law has no level below the highest allowed one. */
  readonly atCeiling: boolean
}

/** The fewest points beyond the branch point that three free parameters can be fitted to with something left over. */
export const fewestPoints = 5

/**
 * Prepares a branch for fitting. Points at or below zero compute are the branch point and carry nothing.
 * Throws `input.empty` for fewer than `fewestPoints` points, `input.invalid` for numbers that are not finite or not sorted.
 */
export function branchProblem(points: readonly PerformancePoint[], pSft: number): BranchProblem {
  const used = points.filter((p) => p.compute > 0)
  used.forEach((p, i) => {
    if (!Number.isFinite(p.compute) || !Number.isFinite(p.score) || (i > 0 && p.compute < used[i - 1]!.compute)) {
      throw new Failure({
        code: 'input.invalid',
        message: 'Points must be finite and sorted by compute.',
        input: `point ${i + 1}: compute ${p.compute}, score ${p.score}`,
        remedy: 'Sort the points by compute and leave out what is not a number.',
      })
    }
  })
  if (used.length < fewestPoints) {
    throw new Failure({
      code: 'input.empty',
      message: `A sigmoid needs at least ${fewestPoints} evaluations after the branch point; there are ${used.length}.`,
      remedy: 'Evaluate more often, or run the branch for longer.',
    })
  }
  const compute = Float64Array.from(used, (p) => p.compute)
  const gain = Float64Array.from(used, (p) => p.score - pSft)
  return { compute, gain, pSft, grid: lawGrid(compute), scratch: scratchFor(compute.length) }
}

export const linearPart = (pSft: number, options: FitOptions, gain: number | null = null): LinearPart => ({
  freeOffset: options.offset === 'free',
  gain,
  low: -pSft,
  high: (options.ceiling ?? 100) - pSft,
})

/** The law's best cost in every cell of the grid for the weights given. */
function gridCosts(grid: LawGrid, r: Float64Array, w: Float64Array, part: LinearPart): Float64Array {
  const cells = grid.lnB.length * grid.lnC.length
  const cost = new Float64Array(cells)
  const n = grid.n
  let rr = 0
  for (let i = 0; i < n; i++) rr += w[i]! * r[i]! * r[i]!
  for (let k = 0, at = 0; k < cells; k++) {
    let [gg, gr, g1, r1, w1] = [0, 0, 0, 0, 0]
    if (part.freeOffset) {
      for (let i = 0; i < n; i++, at++) {
        const wg = w[i]! * grid.g[at]!
        gg += wg * grid.g[at]!
        gr += wg * r[i]!
        g1 += wg
        r1 += w[i]! * r[i]!
        w1 += w[i]!
      }
    } else {
      for (let i = 0; i < n; i++, at++) {
        const wg = w[i]! * grid.g[at]!
        gg += wg * grid.g[at]!
        gr += wg * r[i]!
      }
    }
    let H = part.gain ?? Math.min(part.high, Math.max(part.low, gr / gg))
    if (part.freeOffset) {
      const [pp, pg, pr] = [w1 - 2 * g1 + gg, g1 - gg, r1 - gr]
      const det = pp * gg - pg * pg
      if (part.gain === null && det > 1e-12 * pp * gg && pr * gg > gr * pg) {
        H = Math.min(part.high, Math.max(part.low, (gr * pp - pr * pg) / det))
      }
      const eps = pp > 0 ? Math.max(0, (pr - H * pg) / pp) : 0
      cost[k] = rr - 2 * (eps * pr + H * gr) + eps * eps * pp + 2 * eps * H * pg + H * H * gg
    } else cost[k] = rr - 2 * H * gr + H * H * gg
  }
  return cost
}

/** Global minimum of the weighted squares: best cells of the grid, each polished. `also` adds known good places. */
export function minimise(
  problem: Pick<BranchProblem, 'grid' | 'scratch'>,
  r: Float64Array,
  w: Float64Array,
  part: LinearPart,
  also: readonly (readonly [number, number])[] = [],
  most = 3,
): LawState {
  const cost = gridCosts(problem.grid, r, w, part)
  const starts = [...bestCells(problem.grid, cost, most).map((k) => cellStart(problem.grid, k)), ...also]
  let best: LawState | null = null
  for (const start of starts) {
    const state = polish(problem.grid, r, w, part, problem.scratch, start)
    if (best === null || state.cost < best.cost) best = state
  }
  return best!
}

/** Fits the law to a prepared branch. Throws nothing beyond what `branchProblem` does. */
export function fitSigmoid(problem: BranchProblem, options: FitOptions = {}): SigmoidFit {
  const { gain, pSft } = problem
  const n = gain.length
  const part = linearPart(pSft, options)
  const robust = options.robust ?? { kind: 'none' }
  let weights = new Float64Array(n).fill(1)
  let state = minimise(problem, gain, weights, part)

  const refit = (next: Float64Array<ArrayBuffer>) => {
    weights = next
    state = minimise(problem, gain, weights, part, [[state.u, state.v]])
  }
  const sameAs = (next: Float64Array) => next.every((value, i) => value === weights[i])

  if (robust.kind === 'mad' || (robust.kind === 'lts' && robust.tau !== null)) {
    for (let round = 0; round < 20; round++) {
      const next = keptByZScore(residualsOf(problem, state), weights, robust.tau!)
      if (sameAs(next) || sum(next) < fewestPoints) break
      refit(next)
    }
  }
  if (robust.kind === 'lts') {
    const pool = weights
    const h = Math.max(fewestPoints, Math.floor(robust.alpha * sum(pool)))
    for (let round = 0; round < 50; round++) {
      const next = keptByTrimming(residualsOf(problem, state), pool, h)
      if (sameAs(next)) break
      refit(next)
    }
  }
  if (robust.kind === 'soft-l1') {
    // ρ(z) = 2 (√(1 + z) - 1), z = (e / scale)²: iteratively reweighted squares, w = ρ'(z) = 1 / √(1 + z).
    for (let round = 0; round < 100; round++) {
      const before = [state.u, state.v, state.H]
      refit(residualsOf(problem, state).map((e) => 1 / Math.sqrt(1 + (e / robust.scale) ** 2)))
      if ([state.u, state.v, state.H].every((value, i) => Math.abs(value - before[i]!) < 1e-9 * (1 + Math.abs(value))))
        break
    }
  }
  return report(problem, state, robust.kind === 'soft-l1' ? new Float64Array(n).fill(1) : weights, part.high)
}

/** The best law with a given ceiling, on the points that `fit` kept. */
export function fitAtCeiling(problem: BranchProblem, fit: SigmoidFit, A: number, options: FitOptions = {}): SigmoidFit {
  const kept = Float64Array.from(fit.kept, Number)
  const part = linearPart(problem.pSft, options, A - problem.pSft)
  const near = [Math.log(fit.params.B), Math.log(fit.params.cMid)] as const
  return report(problem, minimise(problem, problem.gain, kept, part, [near]), kept, part.high)
}

function report(problem: BranchProblem, state: LawState, kept: Float64Array, high: number): SigmoidFit {
  const residuals = residualsOf(problem, state)
  let rss = 0
  for (let i = 0; i < residuals.length; i++) rss += kept[i]! * residuals[i]! ** 2
  return {
    params: paramsOf(state, problem.pSft),
    rss,
    kept: Array.from(kept, (weight) => weight > 0),
    residuals,
    rmse: Math.sqrt(rss / Math.max(1, sum(kept))),
    atCeiling: state.H >= high - 1e-9,
  }
}

export const paramsOf = (state: LawState, pSft: number): SigmoidParams => ({
  A: pSft + state.H,
  B: Math.exp(state.u),
  cMid: Math.exp(state.v),
  eps: state.eps,
})

/** Observed minus fitted, in points. */
export function residualsOf(problem: BranchProblem, state: LawState): Float64Array<ArrayBuffer> {
  const [B, cMid] = [Math.exp(state.u), Math.exp(state.v)]
  return Float64Array.from(problem.gain, (r, i) => {
    return r - state.eps - (state.H - state.eps) * progress(problem.compute[i]!, B, cMid)
  })
}

/** Modified z-score 0.6745 (e - median) / MAD over the points still kept; a point beyond `tau` goes. */
function keptByZScore(residuals: Float64Array, weights: Float64Array, tau: number): Float64Array<ArrayBuffer> {
  const among = Array.from(residuals).filter((_, i) => weights[i]! > 0)
  const centre = median(among)
  const mad = median(among.map((e) => Math.abs(e - centre)))
  return Float64Array.from(weights, (w, i) =>
    w > 0 && (mad === 0 || Math.abs((0.6745 * (residuals[i]! - centre)) / mad) <= tau) ? 1 : 0,
  )
}

/** The `h` smallest squared residuals of the pool. */
function keptByTrimming(residuals: Float64Array, pool: Float64Array, h: number): Float64Array<ArrayBuffer> {
  const order = Array.from(residuals.keys())
    .filter((i) => pool[i]! > 0)
    .sort((a, b) => Math.abs(residuals[a]!) - Math.abs(residuals[b]!) || a - b)
  const next = new Float64Array(residuals.length)
  for (const i of order.slice(0, h)) next[i] = 1
  return next
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)
