/**
 * Curves in, ceilings out: the document of `analyze --json`. Pure: the same set and options give the same document.
 */
import { expectedNoise } from './aggregate.ts'
import { analyzeBranch, type BranchOptions } from './branch.ts'
import { lossClaim, plasticityClaim, severeClaim, stableClaim, type Ceiling } from './claims.ts'
import { holdoutParts } from './forecast.ts'
import { headroomShareOf, pooledPrior } from './headroom-pool.ts'
import { lawPosterior } from './law-posterior.ts'
import type { LawPrior } from './law-prior.ts'
import { classifyRegimes } from './regimes.ts'
import { branchCompute, branchStart, checkpointOf, performance } from './stitch.ts'
import type {
  AnalyzeDocument,
  BranchAnalysis,
  Curve,
  CurveSet,
  DatasetAnalysis,
  LeftOut,
  Regime,
  Statistic,
} from './types.ts'

export interface AnalyzeOptions extends BranchOptions {
  /** `overall`, a benchmark of the file, or a group (easy, medium, hard). */
  readonly metric?: string
}

/** Degrees of freedom that the size of the benchmarks is worth beside a curve's own noise. */
const noisePriorWeight = 4

/** Analyses one branch of a set: its points, its start, the noise that its benchmarks should have. Null: no start score. */
export function analyzeCurve(curve: Curve, set: CurveSet, options: AnalyzeOptions = {}): BranchAnalysis | null {
  const pSft = branchStart(curve, set, options.metric)
  if (pSft === null) return null
  const input = {
    id: curve.id,
    dataset: curve.dataset,
    pSft,
    branchStep: curve.branchStep,
    branchCompute: branchCompute(curve, set),
    points: performance(curve, set, options.metric),
  }
  return analyzeBranch(input, { noisePrior: noisePriorOf(curve, set, options.metric), ...options })
}

function noisePriorOf(curve: Curve, set: CurveSet, metric = 'overall') {
  const sample = curve.points.find((p) => Object.keys(p.scores).length > 0)
  const expected = metric === 'overall' && sample ? expectedNoise(sample, set.benchmarks) : null
  return expected === null ? null : { sd: expected, weight: noisePriorWeight }
}

const isFromBase = (curve: Curve, set: CurveSet): boolean => curve.branchStep === 0 || branchCompute(curve, set) === 0

/**
 * Priors for holdout forecasts: what a branch's siblings (same dataset, not from the base model) show of their headroom
 * up to their own cuts, and nothing later.
 */
function siblingPriors(
  curves: readonly Curve[],
  set: CurveSet,
  share: number,
  options: AnalyzeOptions,
): Map<string, LawPrior> {
  const shown = curves.flatMap((curve) => {
    const pSft = branchStart(curve, set, options.metric)
    if (pSft === null || curve.sameAs !== null || curve.stage !== 'rl' || isFromBase(curve, set)) return []
    const { known } = holdoutParts(performance(curve, set, options.metric), pSft, share, options.noise)
    const noisePrior = noisePriorOf(curve, set, options.metric)
    return [{ curve, share: headroomShareOf(lawPosterior(known, pSft, { noisePrior, quick: true })) }]
  })
  return new Map(
    shown.map(({ curve }) => {
      const others = shown.filter((o) => o.curve !== curve && o.curve.dataset === curve.dataset)
      return [curve.id, pooledPrior(others.map((o) => o.share))]
    }),
  )
}

/** Analyses a whole set. */
export function analyzeCurves(set: CurveSet, options: AnalyzeOptions = {}): AnalyzeDocument {
  const branches: BranchAnalysis[] = []
  const leftOut = new Map<string, LeftOut>()
  const done = new Map<string, BranchAnalysis>()
  const rlCurves = set.curves.filter((c) => c.stage === 'rl' || c.stage === 'synchronized')
  const holdout = options.holdout ?? null
  const priors = holdout === null ? null : siblingPriors(rlCurves, set, holdout, options)
  for (const curve of rlCurves) {
    const original = curve.sameAs === null ? undefined : done.get(curve.sameAs)
    const analysis = original
      ? { ...original, id: curve.id, dataset: curve.dataset }
      : analyzeCurve(curve, set, { prior: priors?.get(curve.id), ...options })
    if (!analysis) {
      leftOut.set(curve.id, { id: curve.id, why: 'the score of the checkpoint it starts from is not in the file' })
      continue
    }
    done.set(curve.id, analysis)
    branches.push(analysis)
    const why = whyLeftOut(analysis, curve)
    if (why) leftOut.set(curve.id, { id: curve.id, why })
  }
  const datasets = [...new Set(set.curves.map((c) => c.dataset))].map((id) => datasetOf(id, set, branches, leftOut))
  return { branches, datasets, statistics: statisticsOf(set, branches, datasets, leftOut) }
}

/** Why a branch does not count towards its dataset's best and means; null if it does. */
function whyLeftOut(analysis: BranchAnalysis, curve: Curve): string | null {
  if (curve.sameAs !== null) return `an identical copy of ${curve.sameAs}`
  if (curve.stage === 'synchronized') return 'a synchronized run, not a branch from an SFT checkpoint'
  if (analysis.branchStep === 0 || analysis.branchCompute === 0)
    return 'RL from the base model, not from a checkpoint of this set'
  if (analysis.collapse)
    return `collapsed at ${analysis.collapse.from} of RL compute: what came before is too little of the law`
  if (analysis.verdict === 'not-identifiable') return 'its ceiling is not identifiable: no upper bound below 100'
  return null
}

function datasetOf(
  id: string,
  set: CurveSet,
  branches: readonly BranchAnalysis[],
  leftOut: ReadonlyMap<string, LeftOut>,
): DatasetAnalysis {
  const counted = branches.filter((b) => b.dataset === id && !leftOut.has(b.id))
  const top = counted.reduce<BranchAnalysis | null>(
    (a, b) => (a === null || b.aPost.value > a.aPost.value ? b : a),
    null,
  )
  const over = (value: (b: BranchAnalysis) => number) => counted.reduce((sum, b) => sum + value(b), 0) / counted.length
  const losses = set.curves
    .filter((c) => c.dataset === id && c.stage === 'sft')
    .flatMap((c) => c.points.flatMap((p) => p.valLoss ?? []))
  return {
    id,
    best: top && { branch: top.id, aPost: top.aPost.value },
    means: top && { pSft: over((b) => b.pSft), plRl: over((b) => b.plRl.value), aPost: over((b) => b.aPost.value) },
    minValLoss: losses.length > 0 ? Math.min(...losses) : null,
    leftOut: set.curves.filter((c) => c.dataset === id).flatMap((c) => leftOut.get(c.id) ?? []),
  }
}

/** The claims that the file itself can speak to; none where it holds too little. */
function statisticsOf(
  set: CurveSet,
  branches: readonly BranchAnalysis[],
  datasets: readonly DatasetAnalysis[],
  leftOut: ReadonlyMap<string, LeftOut>,
): Statistic[] {
  const byId = new Map(branches.map((b) => [b.id, b]))
  const bestOf = (d: DatasetAnalysis): Ceiling | null => {
    const best = d.best && byId.get(d.best.branch)
    return best ? { ...best.aPost, level: best.level } : null
  }
  const withLoss = datasets.flatMap((d) => {
    const best = bestOf(d)
    return best && d.minValLoss !== null ? [{ minValLoss: d.minValLoss, best }] : []
  })
  const counted = branches.filter((b) => !leftOut.has(b.id))
  const found = [lossClaim(withLoss)]
  for (const dataset of datasets) {
    const own = counted
      .filter((b) => b.dataset === dataset.id && b.branchCompute !== null)
      .map((b) => ({ compute: b.branchCompute!, plRl: { ...b.plRl, level: b.level } }))
    const claim = plasticityClaim(own)
    found.push({ ...claim, statistics: claim.statistics.map((s) => ({ ...s, name: `${s.name} (${dataset.id})` })) })
  }
  const timed = counted.flatMap((b) => {
    const curve = set.curves.find((c) => c.id === b.id)!
    const regime = regimeOfBranch(curve, set)
    return regime ? [{ regime, ceiling: { ...b.aPost, level: b.level } }] : []
  })
  found.push(stableClaim(timed), severeClaim(timed))
  return found.flatMap((claim) => claim.statistics)
}

/**
 * Regime of the checkpoint that a branch starts from: by the parent's raw losses where the file has them, else as
 * printed. Null if neither is known.
 */
export function regimeOfBranch(curve: Curve, set: CurveSet): Regime | null {
  const checkpoint = checkpointOf(curve, set)
  const parent = checkpoint && set.curves.find((c) => c.points.includes(checkpoint))
  const losses = (parent?.points ?? []).flatMap((p) => (p.valLoss === null ? [] : [{ step: p.flops, loss: p.valLoss }]))
  if (checkpoint && losses.some((l) => l.step === checkpoint.flops)) {
    return classifyRegimes(losses).points.find((p) => p.step === checkpoint.flops)!.regime
  }
  return curve.printedRegime
}
