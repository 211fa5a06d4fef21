/** Medians, quantiles and robust scales of plain number lists. */

/** The middle value; the mean of the two middle ones for an even count; NaN for none. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5)
}

/** Quantile by linear interpolation between order statistics (numpy's default); NaN for none. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort()
  if (sorted.length === 0) return Number.NaN
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!)
}

export const mean = (values: ArrayLike<number>): number => {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total / values.length
}

/** Sample standard deviation (n - 1); NaN for fewer than two. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values)
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i]! - centre) ** 2
  return Math.sqrt(squares / (values.length - 1))
}

/**
 * Standard deviation about zero of normal values with gross errors among them: the median absolute value first, then,
 * twice, the root mean square of what lies within three of it, corrected for the tails cut off.
 */
export function robustSdAboutZero(values: ArrayLike<number>): number {
  const magnitudes = Float64Array.from(values, Math.abs)
  let scale = 1.4826 * median(magnitudes)
  for (let round = 0; round < 2 && scale > 0; round++) {
    const within = magnitudes.filter((m) => m <= 3 * scale)
    const squares = within.reduce((total, m) => total + m * m, 0)
    scale = Math.sqrt(squares / within.length / varianceWithinThreeSd)
  }
  return scale
}

/** Variance of a standard normal cut at ±3: 1 - 2·3 φ(3) / (2Φ(3) - 1). */
const varianceWithinThreeSd = 1 - (6 * Math.exp(-4.5)) / Math.sqrt(2 * Math.PI) / 0.9973002039367398
