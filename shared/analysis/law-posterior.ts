/**
 * What the points of a branch say about its law, as a whole instead of one best fit: the posterior on a grid of
 * (ln B, ln C_mid), the gain H integrated in closed form, slow departures from the law filtered out.
 *   y_i - P_sft = H (j + (1 - j) g(x_i; B, C_mid)) + d(ln x_i) + ε_i        H ~ N(μ_H, τ_H²) cut at H ≤ 100 - P_sft
 * j is the share of the gain that comes as a jump at the start of RL (ε = j H of Eq. 2); 0 for most branches. Every kind of branch
 * that the prior knows is tried in every cell.
 * Source      Bayesian linear model in each cell (Bishop 2006, section 3.3-3.5), weights by evidence times prior.
 * Departures  the first grid spans everything plausible; a second one covers what the first left standing.
 */
import { driftFilter, whiten, type DriftFilter } from './drift-filter.ts'
import { generalPrior, type BranchKind, type LawPrior } from './law-prior.ts'
import { noiseSd } from './noise.ts'
import { quickNormalCdf, type NormalMixture } from './normal-mixture.ts'
import type { PerformancePoint } from './types.ts'

export interface PosteriorOptions {
  readonly prior?: LawPrior
  /** Noise SD expected beforehand, worth `weight` degrees of freedom beside the curve's own estimate. */
  readonly noisePrior?: { readonly sd: number; readonly weight: number } | null
  /** Only the first, coarse grid: a tenth of the time, for searches that ask thousands of times. */
  readonly quick?: boolean
}

/** Surviving cells of the grid, parallel arrays; weights sum to 1. */
export interface LawPosterior {
  readonly pSft: number
  readonly noiseSd: number
  /** ln of the last compute seen; 0 if none was. */
  readonly lastLn: number
  readonly weights: Float64Array
  readonly lnB: Float64Array
  readonly lnC: Float64Array
  /** Share of the gain that comes as a jump at the start. */
  readonly jump: Float64Array
  readonly gain: Float64Array
  readonly gainSd: Float64Array
  /** Filtered drift at the last point: of the scores, and of the law's shape. */
  readonly driftOfScores: Float64Array
  readonly driftOfShape: Float64Array
  readonly filters: readonly DriftFilter[]
  readonly filterOf: Uint8Array
  /** By filter: SD of the law's course per e-fold of compute beyond the last point, in points. */
  readonly trendSds: readonly number[]
}

/** What an evaluation's noise is taken for where neither the curve nor the caller knows: one point. */
const unknownNoise = 1

const coarse = { rows: 16, columns: 28 }
const fine = { rows: 22, columns: 34 }
const widest = { lnB: [Math.log(0.15), Math.log(10)], before: 2.5, beyond: 6 } as const
/** Cells this far below the best in ln weight carry less than 1e-4 each and are dropped. */
const forget = 9

interface Box {
  readonly u: readonly [number, number]
  readonly v: readonly [number, number]
}

/** Posterior of a branch from its valid points (the branch point may be among them); with no points it is the prior. */
export function lawPosterior(
  points: readonly PerformancePoint[],
  pSft: number,
  options: PosteriorOptions = {},
): LawPosterior {
  const prior = options.prior ?? generalPrior
  const used = points.filter((p) => p.compute > 0)
  const lnX = Float64Array.from(used, (p) => Math.log(p.compute))
  const y = Float64Array.from(used, (p) => p.score - pSft)
  const noise = shrunkNoise(used, pSft, options.noisePrior ?? null)
  const lastLn = lnX.at(-1) ?? 0
  const gainSeen = used.reduce((most, p) => Math.max(most, p.score - pSft), 0)
  const beliefs = prior.kinds.flatMap((kind) =>
    kind.drift.sds.map((sds): Belief => ({
      kind,
      lnWeight: Math.log(kind.weight / kind.drift.sds.length),
      filter: driftFilter(lnX, noise ** 2, (sds * noise) ** 2, kind.drift.lengthLn),
    })),
  )

  const everything: Box = {
    u: widest.lnB,
    v: [(lnX[0] ?? 0) - widest.before, lastLn + widest.beyond],
  }
  const cells = (box: Box, size: typeof coarse) => cellsOf(lnX, y, pSft, lastLn, beliefs, box, size)
  const first = cells(everything, coarse)
  const last = options.quick ? first : cells(boxAround(first, everything), fine)
  return {
    ...{ pSft, noiseSd: noise, lastLn },
    filters: beliefs.map(({ filter }) => filter),
    trendSds: beliefs.map(({ kind }) => kind.trendShare * gainSeen),
    ...standing(last),
  }
}

/** A kind of branch with one size of its departures. */
interface Belief {
  readonly kind: BranchKind
  readonly lnWeight: number
  readonly filter: DriftFilter
}

interface Cells {
  readonly lnWeight: Float64Array
  readonly lnB: Float64Array
  readonly lnC: Float64Array
  readonly jump: Float64Array
  readonly gain: Float64Array
  readonly gainSd: Float64Array
  readonly driftOfScores: Float64Array
  readonly driftOfShape: Float64Array
  readonly filterOf: Uint8Array
}

const emptyCells = (size: number): Cells => ({
  lnWeight: new Float64Array(size),
  lnB: new Float64Array(size),
  lnC: new Float64Array(size),
  jump: new Float64Array(size),
  gain: new Float64Array(size),
  gainSd: new Float64Array(size),
  driftOfScores: new Float64Array(size),
  driftOfShape: new Float64Array(size),
  filterOf: new Uint8Array(size),
})

function cellsOf(
  lnX: Float64Array,
  y: Float64Array,
  pSft: number,
  lastLn: number,
  beliefs: readonly Belief[],
  box: Box,
  size: { readonly rows: number; readonly columns: number },
): Cells {
  const n = lnX.length
  const headroom = 100 - pSft
  const filters = beliefs.map(({ filter }) => filter)
  const priors = beliefs.map(({ kind, lnWeight }) => {
    const { headroomShare, lnB, lnMidpoint } = kind
    const gain = headroomShare.mean * headroom
    const sd = Math.max(1e-3, headroomShare.sd * headroom)
    // What makes densities of different kinds comparable: each integrates to 1 over B, C_mid and the gains allowed.
    const lnScale = lnWeight - Math.log(lnB.sd * lnMidpoint.sd) - cutAbove(gain, sd, headroom).lnMass
    return { kind, gain, precision: 1 / sd ** 2, lnScale }
  })
  const cells = emptyCells(priors.reduce((sum, { kind }) => sum + kind.jumps.length, 0) * size.rows * size.columns)
  const shape = new Float64Array(n)
  const whiteShape = new Float64Array(n)
  const whiteScores = filters.map(() => new Float64Array(n))
  const scoreDrift = filters.map((filter, f) => whiten(filter, y, whiteScores[f]!))
  const scoreSquares = whiteScores.map((w) => w.reduce((sum, value) => sum + value * value, 0))
  const whiteOnes = filters.map(() => new Float64Array(n))
  const onesDrift = filters.map((filter, f) => whiten(filter, new Float64Array(n).fill(1), whiteOnes[f]!))
  const onesSquares = whiteOnes.map((w) => w.reduce((sum, value) => sum + value * value, 0))
  const onesScores = whiteOnes.map((w, f) => w.reduce((sum, value, i) => sum + value * whiteScores[f]![i]!, 0))

  let k = 0
  for (let row = 0; row < size.rows; row++) {
    const u = box.u[0] + ((box.u[1] - box.u[0]) * row) / (size.rows - 1)
    const B = Math.exp(u)
    for (let column = 0; column < size.columns; column++) {
      const v = box.v[0] + ((box.v[1] - box.v[0]) * column) / (size.columns - 1)
      for (let i = 0; i < n; i++) shape[i] = 1 / (1 + Math.exp(B * (v - lnX[i]!)))
      for (let f = 0; f < filters.length; f++) {
        const filter = filters[f]!
        const { kind, gain: priorGain, precision: priorPrecision, lnScale } = priors[f]!
        const lnPrior =
          lnScale -
          0.5 * ((u - kind.lnB.mean) / kind.lnB.sd) ** 2 -
          0.5 * ((v - lastLn - kind.lnMidpoint.mean) / kind.lnMidpoint.sd) ** 2
        const shapeDrift = whiten(filter, shape, whiteShape)
        const [whiteY, white1] = [whiteScores[f]!, whiteOnes[f]!]
        let [gg, gy, g1] = [0, 0, 0]
        for (let i = 0; i < n; i++) {
          const g = whiteShape[i]!
          gg += g * g
          gy += g * whiteY[i]!
          g1 += g * white1[i]!
        }
        for (const { share, lnWeight } of kind.jumps) {
          const rest = 1 - share
          const precision = share * share * onesSquares[f]! + 2 * share * rest * g1 + rest * rest * gg + priorPrecision
          const mean = (share * onesScores[f]! + rest * gy + priorGain * priorPrecision) / precision
          const sd = 1 / Math.sqrt(precision)
          const misfit = scoreSquares[f]! + priorGain ** 2 * priorPrecision - mean * mean * precision
          const cut = cutAbove(mean, sd, headroom)
          cells.lnWeight[k] =
            lnPrior +
            lnWeight -
            0.5 * (misfit + Math.log(precision / priorPrecision) + filter.lnDeterminant) +
            cut.lnMass
          cells.lnB[k] = u
          cells.lnC[k] = v
          cells.jump[k] = share
          cells.gain[k] = cut.mean
          cells.gainSd[k] = cut.sd
          cells.driftOfScores[k] = scoreDrift[f]!
          cells.driftOfShape[k] = share * onesDrift[f]! + rest * shapeDrift
          cells.filterOf[k] = f
          k++
        }
      }
    }
  }
  return cells
}

/** Mean, SD and ln mass of a normal cut above at `limit`. */
function cutAbove(mean: number, sd: number, limit: number): { mean: number; sd: number; lnMass: number } {
  const z = (limit - mean) / sd
  if (z > 5) return { mean, sd, lnMass: 0 }
  // Far beyond the limit the tail is an exponential at it.
  if (z < -5) return { mean: limit + sd / z, sd: -sd / z, lnMass: -0.5 * z * z - Math.log(-z) - 0.919 }
  const mass = quickNormalCdf(z)
  const ratio = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI) / mass
  return {
    mean: mean - sd * ratio,
    sd: sd * Math.sqrt(Math.max(0.01, 1 - z * ratio - ratio * ratio)),
    lnMass: Math.log(mass),
  }
}

/** The part of the plane whose cells still matter, one coarse cell wider on each side. */
function boxAround(cells: Cells, limits: Box): Box {
  const best = largest(cells.lnWeight)
  let [u0, u1, v0, v1] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let k = 0; k < cells.lnWeight.length; k++) {
    if (cells.lnWeight[k]! < best - forget) continue
    u0 = Math.min(u0, cells.lnB[k]!)
    u1 = Math.max(u1, cells.lnB[k]!)
    v0 = Math.min(v0, cells.lnC[k]!)
    v1 = Math.max(v1, cells.lnC[k]!)
  }
  const du = (limits.u[1] - limits.u[0]) / (coarse.rows - 1)
  const dv = (limits.v[1] - limits.v[0]) / (coarse.columns - 1)
  return {
    u: [Math.max(limits.u[0], u0 - du), Math.min(limits.u[1], u1 + du)],
    v: [Math.max(limits.v[0], v0 - dv), Math.min(limits.v[1], v1 + dv)],
  }
}

/** The cells that are not negligible, weights summing to 1. */
function standing(cells: Cells) {
  const least = largest(cells.lnWeight) - forget
  let n = 0
  for (let k = 0; k < cells.lnWeight.length; k++) if (cells.lnWeight[k]! >= least) n++
  const kept = emptyCells(n)
  let total = 0
  for (let k = 0, at = 0; k < cells.lnWeight.length; k++) {
    if (cells.lnWeight[k]! < least) continue
    const weight = Math.exp(cells.lnWeight[k]! - least - forget)
    total += weight
    kept.lnWeight[at] = weight
    kept.lnB[at] = cells.lnB[k]!
    kept.lnC[at] = cells.lnC[k]!
    kept.jump[at] = cells.jump[k]!
    kept.gain[at] = cells.gain[k]!
    kept.gainSd[at] = cells.gainSd[k]!
    kept.driftOfScores[at] = cells.driftOfScores[k]!
    kept.driftOfShape[at] = cells.driftOfShape[k]!
    kept.filterOf[at] = cells.filterOf[k]!
    at++
  }
  const { lnWeight, ...rest } = kept
  return { ...rest, weights: lnWeight.map((weight) => weight / total) }
}

function largest(values: Float64Array): number {
  let most = -Infinity
  for (let k = 0; k < values.length; k++) if (values[k]! > most) most = values[k]!
  return most
}

/**
 * The curve's own noise SD, weighed with what is expected. Second differences of n points are worth about 0.6 (n - 1)
 * independent squares.
 */
function shrunkNoise(
  used: readonly PerformancePoint[],
  pSft: number,
  noisePrior: PosteriorOptions['noisePrior'],
): number {
  const own = noiseSd([{ compute: 0, score: pSft }, ...used])
  if (!Number.isFinite(own)) return noisePrior?.sd ?? unknownNoise
  const worth = 0.6 * (used.length - 1)
  const weight = noisePrior?.weight ?? 0
  return Math.max(0.01, Math.sqrt((worth * own ** 2 + weight * (noisePrior?.sd ?? 0) ** 2) / (worth + weight)))
}

/** The ceiling A, in percent. */
export const ceilingMixture = (posterior: LawPosterior): NormalMixture => ({
  weights: posterior.weights,
  means: posterior.gain.map((H) => posterior.pSft + H),
  sds: posterior.gainSd,
})

/** Probability that part of the gain comes as a jump at the start of RL. */
export const jumpProbability = ({ weights, jump }: LawPosterior): number =>
  weights.reduce((sum, weight, k) => (jump[k]! > 0 ? sum + weight : sum), 0)
