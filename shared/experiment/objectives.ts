/**
 * Settings of the objectives: one variant a method, on `type`. A variant's defaults are the vetted ones, so whatever a spec
 * sets is visibly its author's. Where a paper and the code that produced its numbers differ, both are options here
 * (docs/methods/objectives.md says which is which, and why ours is the default).
 */
import * as z from 'zod'

const share = z.number().min(0).max(1)
const coefficient = z.number().nonnegative()
const nullable = <T extends z.ZodType>(schema: T) => schema.nullable()

/**
 * How per-token losses become one number. m: 1 on response tokens; N rows; L_max: the stage's response limit in tokens.
 *   token_mean           Σ m l / Σ m             DAPO, RETU, verl's default
 *   seq_mean_token_mean  mean_i (Σ_t m l / |y_i|)  GRPO as published
 *   seq_mean_token_sum   mean_i  Σ_t m l
 *   sum_over_lmax        Σ m l / L_max           LUFFY, UPT, Prefix-RFT code
 *   dr_grpo_constant     Σ m l / (N L_max)       Dr. GRPO as in TRL
 */
export const aggregations = [
  'token_mean',
  'seq_mean_token_mean',
  'seq_mean_token_sum',
  'sum_over_lmax',
  'dr_grpo_constant',
] as const
export const Aggregation = z.enum(aggregations)
export type Aggregation = z.infer<typeof Aggregation>

/** A_i = R_i - mean of the group, divided by (SD + eps) when `std` is on. The SD has ddof = 1. */
const advantage = (std: boolean) =>
  z.strictObject({ std: z.boolean().default(std), eps: z.number().positive().default(1e-6) }).prefault({})

/**
 * Penalty on the distance to the reference policy (the stage's start); the k3 estimator is the usual one. 0: no reference is
 * kept. `importanceCorrected` multiplies it by the ratio, which makes its gradient unbiased (DeepSeek-V3.2; TRL's default).
 */
const kl = z
  .strictObject({
    coef: coefficient.default(0),
    estimator: z.enum(['k1', 'k2', 'k3']).default('k3'),
    importanceCorrected: z.boolean().default(false),
  })
  .prefault({})

/** Leaves groups whose rewards are all equal out of the update: they push nowhere; saves their time, changes the token mean's denominator. */
const skipEqualGroups = z.boolean().default(false)

export const SftSettings = z.strictObject({
  type: z.literal('sft'),
  aggregation: z.enum(['token_mean', 'seq_mean_token_mean', 'seq_mean_token_sum']).default('token_mean'),
  /** Mean over micro-batches of this many rows of their token means, as verl and many trainers compute it; absent: the exact token mean. */
  microBatch: z.int().positive().optional(),
})

export const GrpoSettings = z.strictObject({
  type: z.literal('grpo'),
  aggregation: Aggregation.default('token_mean'),
  advantage: advantage(false),
  clipLow: share.default(0.2),
  clipHigh: coefficient.default(0.2),
  /** Dual clip: for A < 0 the loss is at most -A c. */
  dualClip: nullable(z.number().gt(1)).default(null),
  kl,
  entropyCoef: coefficient.default(0.001),
  skipEqualGroups,
})

export const DrGrpoSettings = z.strictObject({
  type: z.literal('dr-grpo'),
  aggregation: z.enum(['dr_grpo_constant', 'sum_over_lmax']).default('dr_grpo_constant'),
  clipLow: share.default(0.2),
  clipHigh: coefficient.default(0.2),
  kl,
  entropyCoef: coefficient.default(0),
})

export const DapoSettings = z.strictObject({
  type: z.literal('dapo'),
  aggregation: Aggregation.default('token_mean'),
  advantage: advantage(true),
  clipLow: share.default(0.2),
  clipHigh: coefficient.default(0.28),
  dualClip: nullable(z.number().gt(1)).default(10),
  kl,
  entropyCoef: coefficient.default(0),
  /** Prompts that are partly right only (0 < wins < G), sampled in rounds until the batch is full. */
  dynamicSampling: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Prompts a round generates, as a multiple of the batch (RETU 2, DAPO's script 3). */
      roundFactor: z.number().min(1).max(16).default(2),
      /** Rounds before the batch counts as exhausted; 0: no limit. */
      maxRounds: z.int().nonnegative().default(10),
      /** A batch still short after the last round: end the run with a clear message, or train on what there is. */
      whenExhausted: z.enum(['stop', 'train-partial']).default('stop'),
    })
    .prefault({}),
  overlong: z
    .strictObject({
      /** `shape`: R += penalty that falls from 0 to -factor over the last `cacheShare` of the response limit. */
      mode: z.enum(['off', 'shape', 'mask']).default('off'),
      /** L_cache / L_max (DAPO: 4096 of 20480). */
      cacheShare: share.default(0.2),
      factor: coefficient.default(1),
    })
    .prefault({}),
})

/** Weight of an expert token in LUFFY's way: f(x) = x / (x + gamma) of its probability ratio x, or x itself. */
const shaping = z
  .strictObject({
    kind: z.enum(['p_over_p_plus_gamma', 'none']).default('p_over_p_plus_gamma'),
    gamma: z.number().positive().default(0.1),
  })
  .prefault({})

/** x = pi / q of an expert token: q = 1 as the papers run it, or the probabilities recorded with the trajectory. */
const behaviour = z.enum(['one', 'recorded']).default('one')

/** Clip of the on-policy ratio; null: none, as the released code runs. */
const onPolicyClip = nullable(share).default(null)

export const LuffySettings = z.strictObject({
  type: z.literal('luffy'),
  aggregation: Aggregation.default('token_mean'),
  advantage: advantage(false),
  shaping,
  behaviour,
  onPolicyClip,
  /** Expert rows in each group of `answers` rows. */
  expertRows: z.int().positive().max(16).default(1),
  entropyCoef: coefficient.default(0.001),
})

export const SrftSettings = z.strictObject({
  type: z.literal('srft'),
  aggregation: Aggregation.default('token_mean'),
  advantage: advantage(false),
  shaping,
  /** What the entropy H in the weights is averaged over (detached). */
  entropyScope: z.enum(['row', 'batch', 'token']).default('row'),
  /** w1 = sftScale e^(∓H), w2 = rlScale e^H. */
  sftScale: coefficient.default(0.5),
  rlScale: coefficient.default(0.1),
  /** e^(-H) as the paper prints it; e^(+H) as the official repository is reported to run (unverified). */
  sftWeight: z.enum(['exp_minus_entropy', 'exp_plus_entropy']).default('exp_minus_entropy'),
  /** Tokens of wrong answers below this log-probability are pushed down no further; null: unbounded, as published. */
  negativeFloor: nullable(z.number().negative()).default(null),
  expertRows: z.int().positive().max(16).default(1),
  entropyCoef: coefficient.default(0.001),
})

export const UptSettings = z.strictObject({
  type: z.literal('upt'),
  aggregation: Aggregation.default('token_mean'),
  advantage: advantage(false),
  /** wins <= gate: SFT on the expert answer instead of RL. Counted in right answers of the group. */
  gate: z.int().nonnegative().default(0),
  /** gate < wins <= secondGate: RL with the expert row beside the rollouts, LUFFY's way; null: no middle band. */
  secondGate: nullable(z.int().positive()).default(null),
  shaping,
  sftCoef: coefficient.default(1),
  onPolicyClip,
  /** The stage's learning rate is multiplied by this (the paper's 5e-6 against 1e-6 of the others). */
  learningRateFactor: z.number().positive().default(5),
  /** Updates whose gradient norm before clipping is above this are skipped (the Qwen script: 80); null: only non-finite ones. */
  skipAboveGradNorm: nullable(z.number().positive()).default(80),
  /** A prompt that was routed to SFT once is not drawn again. */
  removeAfterSft: z.boolean().default(false),
  entropyCoef: coefficient.default(0.001),
})

export const PrefixRftSettings = z.strictObject({
  type: z.literal('prefix-rft'),
  aggregation: Aggregation.default('token_mean'),
  /** joint: all rows of the prompt share one mean (paper); split: the mean of the plain rows (code). */
  baseline: z.enum(['joint', 'split']).default('joint'),
  /** Share of prefix tokens, highest entropy first, that keep their advantage. */
  keepShare: share.default(0.2),
  /** The share at the end of the stage, reached linearly; null: constant. */
  keepShareEnd: nullable(share).default(null),
  clipLow: share.default(0.2),
  clipHigh: coefficient.default(0.2),
  dualClip: nullable(z.number().gt(1)).default(3),
  /** Prefix tokens under the same clip as the rest, or unclipped. */
  clipPrefix: z.boolean().default(true),
  /** Prefix share of an expert answer: low + (high - low) u, u ~ Beta(alpha, beta); low falls from `lowStart` to `lowEnd` by a cosine over the stage. */
  prefix: z
    .strictObject({
      high: share.default(0.95),
      lowStart: share.default(0.95),
      lowEnd: share.default(0.05),
      alpha: z.number().positive().default(1),
      beta: z.number().positive().default(1),
      minTokens: z.int().positive().default(1),
    })
    .prefault({}),
  /** Hybrid rows in each group of `answers` rows. */
  hybridRows: z.int().positive().max(16).default(1),
  entropyCoef: coefficient.default(0.001),
})

export const ObjectiveSettings = z.discriminatedUnion('type', [
  SftSettings,
  GrpoSettings,
  DrGrpoSettings,
  DapoSettings,
  LuffySettings,
  SrftSettings,
  UptSettings,
  PrefixRftSettings,
])
export type ObjectiveSettings = z.infer<typeof ObjectiveSettings>
export type SftSettings = z.infer<typeof SftSettings>
export type GrpoSettings = z.infer<typeof GrpoSettings>
export type DrGrpoSettings = z.infer<typeof DrGrpoSettings>
export type DapoSettings = z.infer<typeof DapoSettings>
export type LuffySettings = z.infer<typeof LuffySettings>
export type SrftSettings = z.infer<typeof SrftSettings>
export type UptSettings = z.infer<typeof UptSettings>
export type PrefixRftSettings = z.infer<typeof PrefixRftSettings>
export type ObjectiveType = ObjectiveSettings['type']

/** Named settings of the literature, complete. The synchronized methods' presets are their defaults. */
export const objectivePresets = {
  /** RETU's GRPO: mean-only advantage, token mean, symmetric clip, entropy bonus, no KL. */
  grpo: GrpoSettings.parse({ type: 'grpo' }),
  /** GRPO as DeepSeekMath published it. */
  grpo_classic: GrpoSettings.parse({
    type: 'grpo',
    aggregation: 'seq_mean_token_mean',
    advantage: { std: true },
    kl: { coef: 0.04 },
    entropyCoef: 0,
  }),
  dr_grpo: DrGrpoSettings.parse({ type: 'dr-grpo' }),
  /** RETU's pure-RL arm: GRPO's settings plus dynamic sampling, clip symmetric. */
  dapo_d: DapoSettings.parse({ type: 'dapo', advantage: { std: false }, clipHigh: 0.2, entropyCoef: 0.001 }),
  /** RETU's RL after SFT: asymmetric clip, SD in the advantage, no entropy bonus. */
  dapo_dc: DapoSettings.parse({ type: 'dapo' }),
  /** DAPO as published: rounds of three batches, overlong penalty. */
  dapo: DapoSettings.parse({ type: 'dapo', dynamicSampling: { roundFactor: 3 }, overlong: { mode: 'shape' } }),
  luffy: LuffySettings.parse({ type: 'luffy' }),
  srft: SrftSettings.parse({ type: 'srft' }),
  upt: UptSettings.parse({ type: 'upt' }),
  prefix_rft: PrefixRftSettings.parse({ type: 'prefix-rft' }),
} as const satisfies Record<string, ObjectiveSettings>
