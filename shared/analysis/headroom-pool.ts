/**
 * Branches of one SFT run gain a like share of their headroom: what one has shown, up to where it was seen, sharpens the
 * prior of the others (docs/methods/forecast.md, "Pooling"). Leave-one-out, so no branch ever informs itself twice.
 *   share_j ± s_j of the other branches;  M = precision-weighted mean with weights 1 / (s_j² + τ²) and the general prior
 *   share_i ~ N(M, τ² + 1 / Σ weights)
 */
import type { LawPosterior } from './law-posterior.ts'
import { generalPrior, type LawPrior } from './law-prior.ts'

export interface HeadroomShare {
  readonly mean: number
  readonly variance: number
}

/** SD of the share between branches of one SFT run. */
export const betweenBranches = 0.08

/** What a branch's posterior says of its share. */
export function headroomShareOf({ pSft, gain, gainSd, weights }: LawPosterior): HeadroomShare {
  const headroom = 100 - pSft
  let [mean, square] = [0, 0]
  for (let k = 0; k < weights.length; k++) {
    const share = gain[k]! / headroom
    mean += weights[k]! * share
    square += weights[k]! * (share ** 2 + (gainSd[k]! / headroom) ** 2)
  }
  return { mean, variance: Math.max(0, square - mean ** 2) }
}

/** The prior of a branch whose siblings show `others`; without siblings, `prior` as it is. */
export function pooledPrior(others: readonly HeadroomShare[], prior: LawPrior = generalPrior): LawPrior {
  if (others.length === 0) return prior
  let weight = 1 / prior.headroomShare.sd ** 2
  let sum = prior.headroomShare.mean * weight
  for (const { mean, variance } of others) {
    const own = 1 / (variance + betweenBranches ** 2)
    weight += own
    sum += own * mean
  }
  return { ...prior, headroomShare: { mean: sum / weight, sd: Math.sqrt(betweenBranches ** 2 + 1 / weight) } }
}
