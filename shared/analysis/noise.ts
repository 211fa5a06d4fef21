/**
 * How far one evaluation lies from the truth, in points.
 * Source  Gasser, Sroka & Jennen-Steinmetz (1986): a point against the line through its two neighbours.
 *         e_i = a y_{i-1} + b y_{i+1} - y_i, a + b = 1 by compute; Var e_i = (a² + b² + 1) σ²
 *         For evenly spaced points this is the second difference over √6 (Var = 6/4 σ² of half of it).
 */
import { robustSdAboutZero } from './order-statistics.ts'
import type { PerformancePoint } from './types.ts'

/** Scaled pseudo-residuals of the inner points: normal with SD σ wherever the curve is straight over three points. */
export function pseudoResiduals(points: readonly PerformancePoint[]): number[] {
  const scaled: number[] = []
  for (let i = 1; i + 1 < points.length; i++) {
    const [before, here, after] = [points[i - 1]!, points[i]!, points[i + 1]!]
    const width = after.compute - before.compute
    const a = width > 0 ? (after.compute - here.compute) / width : 0.5
    const b = 1 - a
    scaled.push((a * before.score + b * after.score - here.score) / Math.sqrt(a * a + b * b + 1))
  }
  return scaled
}

/** Noise SD by second differences, gross errors set aside. NaN for fewer than four points. */
export function noiseSd(points: readonly PerformancePoint[]): number {
  return points.length < 4 ? Number.NaN : robustSdAboutZero(pseudoResiduals(points))
}

/** SD of a score in percent that is the share of `n` problems solved, were all of them equally hard: an upper bound. */
export function binomialSd(scorePercent: number, n: number): number {
  const p = scorePercent / 100
  return 100 * Math.sqrt((p * (1 - p)) / n)
}
