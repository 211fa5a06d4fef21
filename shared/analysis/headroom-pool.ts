/**
 * Branches of one SFT run gain a like share of their headroom: what one has shown, up to where it was seen, sharpens the
 * prior of the others (docs/methods/forecast.md, "Pooling"). Leave-one-out, so no branch ever informs itself twice.
 *   share_j ± s_j of the other branches;  M = precision-weighted mean with weights 1 / (s_j² + τ²) and the general prior
 *   share_i ~ N(M, τ² + 1 / Σ weights)        for each kind of branch that the prior knows
 */
import type { LawPosterior } from './law-posterior.ts'
import { generalPrior, type BranchKind, type LawPrior } from './law-prior.ts'

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
  return { kinds: prior.kinds.map((kind) => ({ ...kind, headroomShare: pooled(others, kind.headroomShare) })) }
}

function pooled(others: readonly HeadroomShare[], own: BranchKind['headroomShare']): BranchKind['headroomShare'] {
  let weight = 1 / own.sd ** 2
  let sum = own.mean * weight
  for (const { mean, variance } of others) {
    const worth = 1 / (variance + betweenBranches ** 2)
    weight += worth
    sum += worth * mean
  }
  return { mean: sum / weight, sd: Math.sqrt(betweenBranches ** 2 + 1 / weight) }
}
