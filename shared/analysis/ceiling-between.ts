/**
 * Ceilings of checkpoints between measured ones (docs/methods/switch-search.md, "Between the branches").
 *   A(t) = m + f(t)    t = ln(x + x_min / 2), x SFT compute    f a Gaussian process, Matérn 3/2: a² (1 + r) e^-r, r = √3 |Δt| / ℓ
 *   A_i measured with the SD of its interval;  m ~ N(mean of the A_i, 5²);  a, ℓ averaged over a grid by their evidence
 * Source  Rasmussen & Williams (2006), sections 2.2, 2.7 and 4.2.1. Works from one measured branch on.
 */
import { centralZ } from './distributions.ts'
import { mean } from './order-statistics.ts'
import { mixtureMean, mixtureQuantile } from './normal-mixture.ts'
import type { Estimate } from './types.ts'

export interface MeasuredCeiling extends Estimate {
  /** SFT compute of the checkpoint. */
  readonly compute: number
  readonly level: number
}

export interface PredictedCeiling extends Estimate {
  readonly compute: number
}

export interface CeilingPrediction {
  /** For the legend: predictions name who makes them. */
  readonly model: string
  readonly points: readonly PredictedCeiling[]
}

export const predictingModel = 'Gaussian process over ln(SFT compute), Matérn 3/2'

const amplitudes = [0.5, 1, 2, 4]
const lengths = [0.5, 1, 2, 4]
/** ln of the grid's prior: an amplitude of 2 points and a length of 1.5 e-folds, both within a factor of 2.5. */
const lnPrior = (a: number, length: number): number =>
  -0.5 * (Math.log(a / 2) / 0.9) ** 2 - 0.5 * (Math.log(length / 1.5) / 0.9) ** 2
const meanSd = 5

/** Predicts at each of `at`, central intervals of `level`. No measured branch: no points. */
export function predictCeilings(
  measured: readonly MeasuredCeiling[],
  at: readonly number[],
  level = 0.8,
): CeilingPrediction {
  if (measured.length === 0) return { model: predictingModel, points: [] }
  const positive = [...measured.map((c) => c.compute), ...at].filter((x) => x > 0)
  const shift = positive.length > 0 ? Math.min(...positive) / 2 : 1
  const place = (x: number) => Math.log(x + shift)
  const t = measured.map((c) => place(c.compute))
  const centre = mean(measured.map((c) => c.value))
  const y = measured.map((c) => c.value - centre)
  const variances = measured.map((c) => Math.max(0.01, ((c.hi - c.lo) / 2 / centralZ(c.level)) ** 2))

  const settings = amplitudes.flatMap((a) => lengths.map((length) => ({ a, length })))
  const fits = settings.map(({ a, length }) => {
    const kernel = (p: number, q: number) => {
      const r = (Math.sqrt(3) * Math.abs(p - q)) / length
      return a * a * (1 + r) * Math.exp(-r) + meanSd ** 2
    }
    const factor = cholesky(t.map((p, i) => t.map((q, j) => kernel(p, q) + (i === j ? variances[i]! : 0))))
    const alpha = solveUpper(factor, solveLower(factor, y))
    const fit = y.reduce((sum, v, i) => sum + v * alpha[i]!, 0)
    const lnEvidence = -0.5 * fit - factor.reduce((sum, row, i) => sum + Math.log(row[i]!), 0) + lnPrior(a, length)
    return { kernel, factor, alpha, lnEvidence }
  })
  const best = Math.max(...fits.map((f) => f.lnEvidence))
  const raw = fits.map((f) => Math.exp(f.lnEvidence - best))
  const total = raw.reduce((a, b) => a + b, 0)
  const weights = Float64Array.from(raw, (w) => w / total)

  const points = at.map((compute): PredictedCeiling => {
    const here = place(compute)
    const each = fits.map(({ kernel, factor, alpha }) => {
      const k = t.map((p) => kernel(p, here))
      const half = solveLower(factor, k)
      const variance = kernel(here, here) - half.reduce((sum, v) => sum + v * v, 0)
      return { mean: centre + k.reduce((sum, v, i) => sum + v * alpha[i]!, 0), sd: Math.sqrt(Math.max(1e-6, variance)) }
    })
    const mixture = {
      weights,
      means: Float64Array.from(each, (e) => e.mean),
      sds: Float64Array.from(each, (e) => e.sd),
    }
    return {
      compute,
      value: Math.min(100, mixtureMean(mixture)),
      lo: mixtureQuantile(mixture, (1 - level) / 2),
      hi: Math.min(100, mixtureQuantile(mixture, (1 + level) / 2)),
    }
  })
  return { model: predictingModel, points }
}

/** Lower triangular L with L Lᵀ = `matrix`, which must be positive definite. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length
  const factor = Array.from({ length: n }, () => new Array<number>(n).fill(0))
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]![j]!
      for (let k = 0; k < j; k++) rest -= factor[i]![k]! * factor[j]![k]!
      factor[i]![j] = i === j ? Math.sqrt(rest) : rest / factor[j]![j]!
    }
  }
  return factor
}

function solveLower(factor: readonly (readonly number[])[], b: readonly number[]): number[] {
  const x: number[] = []
  b.forEach((value, i) => x.push((value - x.reduce((sum, v, k) => sum + factor[i]![k]! * v, 0)) / factor[i]![i]!))
  return x
}

function solveUpper(factor: readonly (readonly number[])[], b: readonly number[]): number[] {
  const n = b.length
  const x = new Array<number>(n).fill(0)
  for (let i = n - 1; i >= 0; i--) {
    let rest = b[i]!
    for (let k = i + 1; k < n; k++) rest -= factor[k]![i]! * x[k]!
    x[i] = rest / factor[i]![i]!
  }
  return x
}
