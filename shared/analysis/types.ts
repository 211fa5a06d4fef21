/**
 * The words of the analysis: what goes in and what comes out. Numbers only: no dates, no files, no processes.
 *
 * Units  scores, ceilings and gains in percent; compute in the unit of the curve file (EF = 1e18 FLOPs for the public
 *        curves, whatever a caller chose otherwise) and always of ONE stage: RL compute counts from the branch point;
 *        losses in nats; accuracies of `AccuracyInterval` are shares in 0..1.
 */

/* ------------------------------------------------------------------ regimes */

/** The four regimes of Eq. 5-9 and the label for the gap that those equations leave (docs/methods/regimes.md). */
export const regimes = ['adaptive', 'stable', 'mild', 'severe', 'above-the-band'] as const
export type Regime = (typeof regimes)[number]

/** One validation of an SFT run. `step` is any increasing axis: steps, tokens or FLOPs. */
export interface RegimePoint {
  readonly step: number
  readonly loss: number
}

export interface RegimeThresholds {
  /** δ of Eq. 6: within this share of the minimum is Stable. */
  readonly stable: number
  /** δ2 of Eq. 7: from this share on is Severe. */
  readonly mild: number
}

/** A stretch of the step axis of one regime, for tinting a chart; neighbouring intervals share their border. */
export interface RegimeInterval {
  readonly from: number
  readonly to: number
  readonly regime: Regime
}

export interface RegimeResult {
  readonly points: readonly (RegimePoint & { readonly regime: Regime })[]
  readonly minLoss: number
  readonly minStep: number
  /** First and last step of T_stable. */
  readonly stable: { readonly from: number; readonly to: number }
  /** True while the run goes on or while its minimum is the last point: every label may still change. */
  readonly provisional: boolean
  readonly intervals: readonly RegimeInterval[]
  readonly thresholds: RegimeThresholds
  readonly method: 'exact' | 'robust'
}

/* ------------------------------------------------------------------- curves */

export interface CurvePoint {
  /** Compute since the stage began, in the file's unit. */
  readonly flops: number
  readonly step: number | null
  /** Percent by benchmark; empty where only the overall score is known. */
  readonly scores: Readonly<Record<string, number>>
  readonly overall: number | null
  readonly valLoss: number | null
}

export type CurveStage = 'pretrain' | 'sft' | 'rl' | 'synchronized'

export interface Curve {
  readonly id: string
  readonly dataset: string
  readonly stage: CurveStage
  /** Id of the curve this one branched from, where the file says. */
  readonly parent: string | null
  /** Step of the parent's checkpoint. */
  readonly branchStep: number | null
  /** Compute of the parent at the checkpoint. */
  readonly branchFlops: number | null
  /** Score of the checkpoint a branch starts from. */
  readonly pSft: number | null
  /** Id of the curve this one is an identical copy of. */
  readonly sameAs: string | null
  /** The regime as its source prints it; never computed here. */
  readonly printedRegime: Regime | null
  /** The ceiling as its source prints it, where a branch is known by that alone; never computed here. */
  readonly printedCeiling?: number | null
  /** The lowest validation loss of an SFT run as its source prints it. */
  readonly printedMinLoss?: number | null
  /** What an RL or synchronized stage optimised: `dapo`, `luffy`. */
  readonly objective?: string | null
  readonly points: readonly CurvePoint[]
}

export interface CurveSet {
  /** Where the curves come from, as the file says. */
  readonly source: string | null
  readonly model: string | null
  /** FLOPs in one unit of `flops`: 1e18 for `flops_e18`, 1 for plain FLOPs. */
  readonly flopsUnit: number
  /** Problems by benchmark: the weights of the overall score. */
  readonly benchmarks: Readonly<Record<string, number>>
  readonly curves: readonly Curve[]
}

/* ----------------------------------------------------------------- branches */

/** Performance of one branch: x = RL compute since the branch point (0 = the checkpoint itself), y = score in percent. */
export interface PerformancePoint {
  readonly compute: number
  readonly score: number
}

export interface Estimate {
  readonly value: number
  readonly lo: number
  readonly hi: number
}

/** Either end is null where the data set no bound (A is only searched up to 100). */
export interface ProfileInterval {
  readonly lo: number | null
  readonly hi: number | null
}

export type Verdict = 'identified' | 'loose' | 'not-identifiable'

export type Exclusion = 'collapse' | 'broken'

/** y(x) = start + (A - start) / (1 + (cMid / x)^B), start = P_sft + eps. */
export interface SigmoidParams {
  readonly A: number
  readonly B: number
  readonly cMid: number
  readonly eps: number
}

export type LawName = 'sigmoid' | 'linear' | 'log' | 'power' | 'exponential'

export interface RivalFit {
  readonly model: LawName
  readonly params: Readonly<Record<string, number>>
  readonly rmse: number
  /** Akaike's criterion corrected for small samples, with the parameters the law has: the lowest describes best; null
   * where there are too few points for it. */
  readonly aicc: number | null
}

export interface HoldoutPoint {
  readonly compute: number
  readonly actual: number
  readonly predicted: number
  readonly lo: number
  readonly hi: number
  readonly excluded: Exclusion | null
}

export interface Holdout {
  readonly share: number
  readonly cutCompute: number
  readonly points: readonly HoldoutPoint[]
  /** Over the points that are not excluded; null where none is left. */
  readonly rmse: number | null
}

export interface BranchAnalysis {
  readonly id: string
  readonly dataset: string
  /** Points in the curve, the branch point not counted. */
  readonly n: number
  /** Noise SD of one evaluation, in points; null where fewer than four points cannot tell. */
  readonly noiseSd: number | null
  /** `peak`: the law says nothing here (too few points, or a collapse before it could be told): the highest score seen. */
  readonly model: 'sigmoid' | 'peak'
  readonly params: SigmoidParams | null
  /** Probability that RL starts with a jump (ε > 0); above 0.5 ε is free. Null where there is no law. */
  readonly jumpProbability: number | null
  readonly pSft: number
  /** Highest score of the points that are fitted, collapse and broken evaluations aside. */
  readonly bestSeen: number
  readonly plRl: Estimate
  readonly aPost: Estimate
  /** Coverage that the lo and hi of `plRl` and `aPost` aim at. */
  readonly level: number
  readonly profile90: ProfileInterval
  readonly verdict: Verdict
  readonly collapse: { readonly from: number } | null
  /** Compute of single broken evaluations. */
  readonly broken: readonly number[]
  /** Compute of points that the robust fit set aside, where one was asked for. */
  readonly outliers: readonly number[]
  readonly rmseTrain: number
  readonly rivals: readonly RivalFit[]
  /** RL compute at which 50, 80, 90 and 95 % of the gain from P_sft to the ceiling is reached; null: beyond any use. */
  readonly computeToShare: readonly { readonly share: number; readonly compute: number | null }[]
  readonly branchStep: number | null
  readonly branchCompute: number | null
  readonly holdout: Holdout | null
}

/** A line of the analyze document that a reader can check: what was tested, on how many, with what result. */
export interface Statistic {
  readonly name: string
  readonly question: string
  readonly n: number
  readonly estimate: number
  readonly lo: number | null
  readonly hi: number | null
  readonly level: number
  readonly p: number | null
  /** How it was computed and what it cannot say. */
  readonly method: string
}

export interface LeftOut {
  readonly id: string
  readonly why: string
}

export interface DatasetAnalysis {
  readonly id: string
  readonly best: { readonly branch: string; readonly aPost: number } | null
  /** Over the branches that are not left out. */
  readonly means: { readonly pSft: number; readonly plRl: number; readonly aPost: number } | null
  readonly minValLoss: number | null
  readonly leftOut: readonly LeftOut[]
}

/** The document of `switchpoint analyze --json` (docs/commands.md). */
export interface AnalyzeDocument {
  readonly branches: readonly BranchAnalysis[]
  readonly datasets: readonly DatasetAnalysis[]
  readonly statistics: readonly Statistic[]
}

/* ------------------------------------------------------- accuracy and advice */

/** An accuracy and its interval, as shares in 0..1. `n` counts prompts. */
export interface AccuracyInterval {
  readonly value: number
  readonly lo: number
  readonly hi: number
  readonly n: number
  readonly level: number
  /** Wilson where each prompt was answered once; by prompt where answers of one prompt belong together. */
  readonly method: 'wilson' | 'by-prompt'
}

export interface Recommendation {
  /** `switch`: branch within `window`; `wait`: the loss still falls; `too-late`: only over-fitted checkpoints are left. */
  readonly kind: 'switch' | 'wait' | 'too-late'
  /** The single checkpoint to branch from if only one branch can be had. */
  readonly step: number
  readonly window: { readonly from: number; readonly to: number }
  readonly provisional: boolean
  /** One sentence. */
  readonly headline: string
  /** Why, a sentence each, the strongest first. */
  readonly reasons: readonly string[]
  /** One checkpoint a regime: what a sweep would branch from. */
  readonly sweep: readonly { readonly step: number; readonly regime: Regime }[]
}
