/**
 * Curves in, ceilings out: the document of `analyze --json`. Pure: the same set and options give the same document.
 */
import { expectedNoise } from './aggregate.ts'
import { analyzeBranch, type BranchInput, type BranchOptions } from './branch.ts'
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

/** All that the analysis of one branch needs: plain data, so that it can be done in another thread. */
export interface BranchTask {
  readonly input: BranchInput
  readonly options: BranchOptions
}

/** One branch of a set: its points, its start, the noise that its benchmarks should have. Null: no start score or no points. */
function branchTask(curve: Curve, set: CurveSet, options: AnalyzeOptions): BranchTask | null {
  const { metric, ...rest } = options
  const holdout = rest.holdout ?? null
  const pSft = branchStart(curve, set, metric)
  const points = performance(curve, set, metric)
  if (pSft === null || !points.some((p) => p.compute > 0)) return null
  const cut = holdout === null ? Infinity : holdoutParts(points, pSft, holdout, options.noise).cutCompute
  return {
    input: {
      id: curve.id,
      dataset: curve.dataset,
      pSft,
      branchStep: curve.branchStep,
      branchCompute: branchCompute(curve, set),
      points,
    },
    options: { noisePrior: noisePriorOf(curve, set, cut, metric), ...rest },
  }
}

/** By the first evaluation that names its benchmarks and lies at or below the cut. */
function noisePriorOf(curve: Curve, set: CurveSet, cut: number, metric = 'overall') {
  const sample = curve.points.find((p) => p.flops <= cut && Object.keys(p.scores).length > 0)
  const expected = metric === 'overall' && sample ? expectedNoise(sample, set.benchmarks) : null
  return expected === null ? null : { sd: expected, weight: noisePriorWeight }
}

const isFromBase = (curve: Curve, set: CurveSet): boolean => curve.branchStep === 0 || branchCompute(curve, set) === 0

const isBranch = ({ stage }: Curve): boolean => stage === 'rl' || stage === 'synchronized'

/** A copy must agree in this many evaluations: fewer could agree by chance. */
const fewestAlike = 5

/**
 * Curves that are copies of earlier ones, by the file's own word (`same_as`) or because they hold the same evaluations; with a
 * holdout only those up to the cut are looked at.
 */
function copiesOf(set: CurveSet, options: AnalyzeOptions): Map<string, string> {
  const first = new Map<string, string>()
  const copies = new Map<string, string>()
  for (const curve of set.curves.filter(isBranch)) {
    if (curve.sameAs !== null) copies.set(curve.id, curve.sameAs)
    const task = branchTask(curve, set, options)
    if (task === null) continue
    const { points, pSft } = task.input
    const { holdout = null, noise } = options
    const known = holdout === null ? points : holdoutParts(points, pSft, holdout, noise).known
    if (known.length < fewestAlike) continue
    const key = JSON.stringify([pSft, known.map((p) => [p.compute, p.score])])
    const original = first.get(key)
    if (original === undefined) first.set(key, curve.id)
    else if (!copies.has(curve.id)) copies.set(curve.id, original)
  }
  return copies
}

/**
 * Priors for holdout forecasts: what a branch's siblings (same dataset, not from the base model) show of their headroom
 * up to their own cuts, and nothing later.
 */
function siblingPriors(set: CurveSet, share: number, options: AnalyzeOptions): Map<string, LawPrior> {
  const copies = copiesOf(set, options)
  const shown = set.curves.flatMap((curve) => {
    const task = branchTask(curve, set, options)
    if (task === null || copies.has(curve.id) || curve.stage !== 'rl' || isFromBase(curve, set)) return []
    const { points, pSft } = task.input
    const { known } = holdoutParts(points, pSft, share, options.noise)
    const { noisePrior } = task.options
    return [{ curve, share: headroomShareOf(lawPosterior(known, pSft, { noisePrior, quick: true })) }]
  })
  const priors = new Map(
    shown.map(({ curve }) => {
      const others = shown.filter((o) => o.curve !== curve && o.curve.dataset === curve.dataset)
      return [curve.id, pooledPrior(others.map((o) => o.share))]
    }),
  )
  for (const [copy, original] of copies) {
    const prior = priors.get(original)
    if (prior) priors.set(copy, prior)
  }
  return priors
}

/** The branches of a set that can be analysed, in the file's order; each by itself. */
export function branchTasks(set: CurveSet, options: AnalyzeOptions = {}): BranchTask[] {
  const holdout = options.holdout ?? null
  const priors = holdout === null ? null : siblingPriors(set, holdout, options)
  return set.curves
    .filter(isBranch)
    .flatMap((curve) => branchTask(curve, set, { prior: priors?.get(curve.id), ...options }) ?? [])
}

/** The document from what the tasks gave, in any order. */
export function documentOf(
  set: CurveSet,
  analyses: readonly BranchAnalysis[],
  options: AnalyzeOptions = {},
): AnalyzeDocument {
  const byId = new Map(analyses.map((analysis) => [analysis.id, analysis]))
  const copies = copiesOf(set, options)
  const branches: BranchAnalysis[] = []
  const leftOut = new Map<string, LeftOut>()
  for (const curve of set.curves.filter(isBranch)) {
    const analysis = byId.get(curve.id)
    if (analysis) branches.push(analysis)
    const why = analysis ? whyLeftOut(analysis, curve, copies.get(curve.id) ?? null) : whyNoTask(curve, set, options)
    if (why) leftOut.set(curve.id, { id: curve.id, why })
  }
  const datasets = [...new Set(set.curves.map((c) => c.dataset))].map((id) => datasetOf(id, set, branches, leftOut))
  return { branches, datasets, statistics: statisticsOf(set, branches, datasets, leftOut) }
}

/** Analyses a whole set in this thread. */
export function analyzeCurves(set: CurveSet, options: AnalyzeOptions = {}): AnalyzeDocument {
  const analyses = branchTasks(set, options).map((task) => analyzeBranch(task.input, task.options))
  return documentOf(set, analyses, options)
}

const whyNoTask = (curve: Curve, set: CurveSet, { metric }: AnalyzeOptions): string =>
  branchStart(curve, set, metric) === null
    ? 'the score of the checkpoint it starts from is not in the file (P_sft, a point at 0 FLOPs, or the parent with that step)'
    : 'the file holds no evaluation of it after its start'

/** Why a branch does not count towards its dataset's best and means; null if it does. */
function whyLeftOut(analysis: BranchAnalysis, curve: Curve, original: string | null): string | null {
  if (original !== null) return `an identical copy of ${original}`
  if (curve.stage === 'synchronized') return 'a synchronized run, not a branch from an SFT checkpoint'
  if (analysis.branchStep === 0 || analysis.branchCompute === 0)
    return 'RL from the base model, not from a checkpoint of this set'
  if (analysis.collapse)
    return `collapsed at ${analysis.collapse.from} of RL compute, so its ceiling is that of the part before`
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
  const sft = set.curves.filter((c) => c.dataset === id && c.stage === 'sft')
  const measured = sft.flatMap((c) => c.points.flatMap((p) => p.valLoss ?? []))
  const losses = measured.length > 0 ? measured : sft.flatMap((c) => c.printedMinLoss ?? [])
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
  // Values that do not vary have no correlation: there is nothing to say.
  return found.flatMap((claim) => claim.statistics).filter(({ estimate }) => Number.isFinite(estimate))
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
