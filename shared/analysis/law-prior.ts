/**
 * What is believed about a branch before its points are seen, and how far the law itself may be off
 * (docs/methods/forecast.md). Round numbers set once on general grounds, the same for every branch; the note shows that
 * forecasts hardly change when any of them is halved or doubled. No curve enters them, so no forecast can know another
 * branch's future.
 */

export interface LawPrior {
  /** ln B: hyperbolic saturation (B = 1), give or take a factor of 1.65. */
  readonly lnB: { readonly mean: number; readonly sd: number }
  /** ln(C_mid / compute of the last point seen): half of the way is usually gone by a third of a run, ± a factor of 4.5. */
  readonly lnMidpoint: { readonly mean: number; readonly sd: number }
  /** Plasticity as a share of the headroom 100 - P_sft: a fifth, ± 0.15. */
  readonly headroomShare: { readonly mean: number; readonly sd: number }
  /** Shares of the gain that may come as a jump at the start of RL, and ln of what each is believed beforehand. */
  readonly jumps: readonly { readonly share: number; readonly lnWeight: number }[]
  /**
   * Slow departures from the law: an Ornstein-Uhlenbeck process in ln(compute). Its SD in noise SDs (each entry equally
   * likely beforehand, the points decide) and its correlation length: half of one e-fold of compute.
   */
  readonly drift: { readonly sds: readonly number[]; readonly lengthLn: number }
}

/** Three branches in four start without a jump; the jumps of the fourth are of any share of its gain. */
const possibleJumps: LawPrior['jumps'] = [
  { share: 0, lnWeight: Math.log(0.75) },
  ...[0.15, 0.3, 0.45, 0.6, 0.75].map((share) => ({ share, lnWeight: Math.log(0.05) })),
]

export const generalPrior: LawPrior = {
  lnB: { mean: 0, sd: 0.5 },
  lnMidpoint: { mean: -1, sd: 1.5 },
  headroomShare: { mean: 0.2, sd: 0.15 },
  jumps: possibleJumps,
  drift: { sds: [1, 2], lengthLn: 0.5 },
}

/**
 * The law alone, for statements about its ceiling: no slow departures, and a third of the headroom ± a quarter, because a
 * branch from a weak start may gain most of it.
 */
export const lawAlonePrior: LawPrior = {
  ...generalPrior,
  headroomShare: { mean: 0.3, sd: 0.25 },
  drift: { sds: [0], lengthLn: 0.5 },
}
