/** Quantiles and draws of a weighted mixture of normals: what a grid posterior predicts. */
import type { Dice } from './dice.ts'

/** Φ to 1.5e-7 (Abramowitz & Stegun 7.1.26): the mixtures need speed, not digits. */
export function quickNormalCdf(z: number): number {
  const x = Math.abs(z) * Math.SQRT1_2
  const t = 1 / (1 + 0.3275911 * x)
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t
  const inner = 0.5 * series * Math.exp(-x * x)
  return z >= 0 ? 1 - inner : inner
}

/** Weights must sum to 1. */
export interface NormalMixture {
  readonly weights: Float64Array
  readonly means: Float64Array
  readonly sds: Float64Array
}

export function mixtureMean({ weights, means }: NormalMixture): number {
  let total = 0
  for (let k = 0; k < weights.length; k++) total += weights[k]! * means[k]!
  return total
}

/** Share of the mixture below `x`. */
export function mixtureCdf({ weights, means, sds }: NormalMixture, x: number): number {
  let total = 0
  for (let k = 0; k < weights.length; k++) total += weights[k]! * quickNormalCdf((x - means[k]!) / sds[k]!)
  return total
}

/** By bisection, to a ten-thousandth of the mixture's span. */
export function mixtureQuantile(mixture: NormalMixture, share: number): number {
  let [low, high] = [Infinity, -Infinity]
  for (let k = 0; k < mixture.weights.length; k++) {
    low = Math.min(low, mixture.means[k]! - 6 * mixture.sds[k]!)
    high = Math.max(high, mixture.means[k]! + 6 * mixture.sds[k]!)
  }
  for (let round = 0; round < 26; round++) {
    const middle = (low + high) / 2
    if (mixtureCdf(mixture, middle) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** One value of the mixture. */
export function drawFromMixture({ weights, means, sds }: NormalMixture, dice: Dice): number {
  let left = dice.uniform()
  let k = 0
  while (k < weights.length - 1 && left >= weights[k]!) left -= weights[k++]!
  return means[k]! + sds[k]! * dice.normal()
}
