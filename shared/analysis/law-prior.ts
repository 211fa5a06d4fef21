/**
 * What is believed about a branch before its points are seen, and how far the law itself may be off
 * (docs/methods/forecast.md). Round numbers set once on general grounds, the same for every branch; the note shows that
 * forecasts hardly change when any of them is halved or doubled. No curve enters them, so no forecast can know another
 * branch's future.
 */

/** A kind of branch. Which of them a branch is, its points decide. */
export interface BranchKind {
  /** How common the kind is; the weights of a prior sum to 1. */
  readonly weight: number
  readonly lnB: { readonly mean: number; readonly sd: number }
  /** ln(C_mid / compute of the last point seen). */
  readonly lnMidpoint: { readonly mean: number; readonly sd: number }
  /** Plasticity as a share of the headroom 100 - P_sft. */
  readonly headroomShare: { readonly mean: number; readonly sd: number }
  /** Shares of the gain that may come as a jump at the start of RL, and ln of what each is believed beforehand. */
  readonly jumps: readonly { readonly share: number; readonly lnWeight: number }[]
  /**
   * Slow departures from the law: an Ornstein-Uhlenbeck process in ln(compute). Its SD in noise SDs (each entry equally
   * likely beforehand, the points decide) and its correlation length: half of one e-fold of compute.
   */
  readonly drift: { readonly sds: readonly number[]; readonly lengthLn: number }
  /**
   * How far the law's own course may turn out wrong beyond the last point, which no point seen can tell: SD per e-fold of
   * compute, as a share of the gain seen.
   */
  readonly trendShare: number
}

export interface LawPrior {
  readonly kinds: readonly BranchKind[]
}

/** No jump with the rest of the probability; a jump is of any share of the gain. */
const jumpsLikely = (probability: number): BranchKind['jumps'] => [
  { share: 0, lnWeight: Math.log(1 - probability) },
  ...[0.15, 0.3, 0.45, 0.6, 0.75].map((share) => ({ share, lnWeight: Math.log(probability / 5) })),
]

/**
 * Settled: a strong start, a fifth of the headroom to be gained, ± 0.15, half of it gone by a third of what was seen; hyperbolic
 * saturation (B = 1), give or take a factor of 1.65.
 */
const settled: BranchKind = {
  weight: 0.7,
  lnB: { mean: 0, sd: 0.5 },
  lnMidpoint: { mean: -1, sd: 1.5 },
  headroomShare: { mean: 0.2, sd: 0.15 },
  jumps: jumpsLikely(0.25),
  drift: { sds: [1, 2], lengthLn: 0.5 },
  trendShare: 0.05,
}

/**
 * Rising: seen before its bend, where the law's ceiling cannot be told: half of the headroom, ± 0.35, the midpoint still ahead, a
 * jump as likely as not, and a course that may turn out quite different.
 */
const rising: BranchKind = {
  weight: 0.3,
  lnB: { mean: 0, sd: 0.5 },
  lnMidpoint: { mean: 1, sd: 1.5 },
  headroomShare: { mean: 0.5, sd: 0.35 },
  jumps: jumpsLikely(0.5),
  drift: { sds: [1, 2, 4], lengthLn: 0.5 },
  trendShare: 0.15,
}

export const generalPrior: LawPrior = { kinds: [settled, rising] }

/**
 * The law alone, for statements about its ceiling: one kind, no departures, and a third of the headroom ± a quarter, because a
 * branch from a weak start may gain most of it.
 */
export const lawAlonePrior: LawPrior = {
  kinds: [
    {
      ...settled,
      weight: 1,
      headroomShare: { mean: 0.3, sd: 0.25 },
      drift: { sds: [0], lengthLn: 0.5 },
      trendShare: 0,
    },
  ],
}
