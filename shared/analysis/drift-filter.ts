/**
 * Whitening for errors that are an Ornstein-Uhlenbeck drift plus white noise, in O(n) by a Kalman filter. All columns
 * (scores, and the law's shape in every cell of the grid) pass the same gains, so these are computed once.
 *   d(t) has SD s and correlation e^(-Δt / ℓ), t = ln compute;  y_i = law_i + d(t_i) + ε_i,  ε SD σ
 */

export interface DriftFilter {
  readonly driftVariance: number
  readonly lengthLn: number
  readonly gains: Float64Array
  /** 1 / SD of each innovation. */
  readonly scale: Float64Array
  /** Correlation from point i to i + 1. */
  readonly decay: Float64Array
  /** Variance of the drift at the last point, given everything seen. */
  readonly lastVariance: number
  /** Sum of ln innovation variances. */
  readonly lnDeterminant: number
}

export function driftFilter(
  lnX: Float64Array,
  noiseVariance: number,
  driftVariance: number,
  lengthLn: number,
): DriftFilter {
  const n = lnX.length
  const gains = new Float64Array(n)
  const scale = new Float64Array(n)
  const decay = new Float64Array(n)
  let variance = driftVariance
  let lnDeterminant = 0
  for (let i = 0; i < n; i++) {
    const innovation = variance + noiseVariance
    gains[i] = variance / innovation
    scale[i] = 1 / Math.sqrt(innovation)
    lnDeterminant += Math.log(innovation)
    variance *= 1 - gains[i]!
    if (i + 1 < n) {
      const phi = Math.exp(-(lnX[i + 1]! - lnX[i]!) / lengthLn)
      decay[i] = phi
      variance = phi * phi * variance + driftVariance * (1 - phi * phi)
    }
  }
  return { driftVariance, lengthLn, gains, scale, decay, lastVariance: variance, lnDeterminant }
}

/** Whitens `column` into `out`; returns the filtered drift at the last point (what a residual of that column leaves there). */
export function whiten(filter: DriftFilter, column: Float64Array, out: Float64Array): number {
  const { gains, scale, decay } = filter
  const n = column.length
  let predicted = 0
  let filtered = 0
  for (let i = 0; i < n; i++) {
    const innovation = column[i]! - predicted
    out[i] = innovation * scale[i]!
    filtered = predicted + gains[i]! * innovation
    predicted = decay[i]! * filtered
  }
  return filtered
}
