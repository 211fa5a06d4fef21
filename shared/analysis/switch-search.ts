/**
 * Finds the best switch point without running every branch to its end (docs/methods/switch-search.md). A pure decider:
 * it is shown the candidates with what they have scored so far and answers with the next move. All state lies in the
 * candidates, so a search resumes from its runs and replays on recorded curves.
 *   F_i   final performance of branch i at its target compute, normal with mean m_i and SD s_i from its posterior
 *   value of running i to its end = E[gain in the chosen branch's F]: the knowledge gradient
 *     i not the leader: E (F_i - m_leader)+       i the leader: E (m_second - F_i)+
 *   per square root of the compute left to its target, because a part of the way brings more than its share of the news
 * Sources     freeze-thaw (Swersky et al. 2014) for forecasting unfinished curves; knowledge gradient for best-arm
 *             identification (Frazier, Powell & Dayanik 2008) with cost; successive halving (Jamieson & Talwalkar 2016)
 *             is the rival in the bench.
 */
import { centralZ, normalCdf } from './distributions.ts'
import { findCollapse } from './collapse.ts'
import { scoreMixture } from './forecast.ts'
import { headroomShareOf, pooledPrior, type HeadroomShare } from './headroom-pool.ts'
import { lawPosterior, type LawPosterior, type PosteriorOptions } from './law-posterior.ts'
import { generalPrior, type BranchKind, type LawPrior } from './law-prior.ts'
import { mixtureMean, quickNormalCdf, type NormalMixture } from './normal-mixture.ts'
import { mean } from './order-statistics.ts'
import type { PerformancePoint } from './types.ts'

export interface SearchCandidate {
  readonly id: string
  /** Score of the checkpoint: known before any RL. */
  readonly pSft: number
  /** RL compute at which this branch's final performance counts. */
  readonly target: number
  /** RL from the base model: its headroom says nothing about the others'. */
  readonly isBase?: boolean
  /** Evaluations so far, RL compute since the branch point. */
  readonly points: readonly PerformancePoint[]
  /** Compute at which the next evaluation will be made, where the schedule tells; else taken from the spacing so far. */
  readonly nextCompute?: number
  /** The run cannot go on (crashed, stopped by hand). */
  readonly closed?: boolean
  /** A move on it is being carried out, to this compute: paid for, not known yet, and not to be moved again meanwhile. */
  readonly underWay?: number
}

export interface SearchOptions {
  /** Compute allowed, as a share of all candidates run to their targets. */
  readonly budgetShare?: number
  /** A branch is extended by this share of its target at a time (at least one evaluation). */
  readonly chunkShare?: number
  /** Evaluations every branch gets first. */
  readonly firstEvaluations?: number
  /** Stop when the regret still to be expected, in points, is below this. */
  readonly enough?: number
  readonly noisePrior?: PosteriorOptions['noisePrior']
  /** Sampling noise that every evaluation has at least: a curve that looks smoother by luck is not called collapsed. */
  readonly samplingSd?: number
}

/**
 * The general prior with slow departures taken for twice the noise over a whole e-fold: a wrong choice costs more than a
 * wide interval, and early phases mislead.
 */
export const searchPrior: LawPrior = {
  kinds: generalPrior.kinds.map((kind) => ({
    ...kind,
    lnB: { mean: 0.3, sd: 0.6 },
    drift: { sds: [2], lengthLn: 1 },
  })),
}

export interface Belief {
  readonly id: string
  readonly mean: number
  readonly sd: number
  /** Run to its target, collapsed, or closed: no more can be learned. */
  readonly isDone: boolean
  readonly collapsed: boolean
  /** Probability of being the best, by independent normals. */
  readonly chance: number
}

export interface SearchDecision {
  readonly move:
    | { readonly kind: 'extend'; readonly id: string; readonly to: number }
    | { readonly kind: 'stop'; readonly why: 'sure-enough' | 'budget-spent' | 'all-done' }
  /** The branch to choose if the search ended now. */
  readonly choice: string
  readonly beliefs: readonly Belief[]
  /** Points that the choice is expected to fall short of the best, by today's beliefs. */
  readonly expectedRegret: number
  readonly spent: number
  readonly total: number
}

const pointsOfFinal = 5

/** Spent on a branch: compute of its last evaluation. */
const spentOn = (c: SearchCandidate): number => c.points.at(-1)?.compute ?? 0
const paidFor = (c: SearchCandidate): number => Math.max(spentOn(c), c.underWay ?? 0)

/**
 * The next move. `extend` asks to run a branch until its compute reaches `to` (the caller stops at the first evaluation
 * at or beyond it). Deterministic. `memo` may be handed in to spare beliefs of branches that have not moved.
 */
export function nextMove(
  candidates: readonly SearchCandidate[],
  options: SearchOptions = {},
  memo: BeliefMemo = new Map(),
): SearchDecision {
  const { budgetShare = 0.3, chunkShare = 0.05, firstEvaluations = 2, enough = 0.1 } = options
  const total = candidates.reduce((sum, c) => sum + c.target, 0)
  const spent = candidates.reduce((sum, c) => sum + paidFor(c), 0)
  const finals = finalBeliefs(candidates, options, memo)
  const leader = indexOfLargest(finals.map((f) => f.mean))
  const best = Math.max(...finals.filter((_, i) => i !== leader).map((f) => f.mean), -Infinity)
  const expectedRegret = Math.max(0, expectedLargest(finals) - finals[leader]!.mean)
  const state = {
    choice: candidates[leader]!.id,
    beliefs: withChances(finals),
    expectedRegret,
    spent,
    total,
  }
  const left = budgetShare * total - spent
  const open = candidates.map((c, i) => ({ c, i })).filter(({ c, i }) => !finals[i]!.isDone && c.underWay === undefined)
  if (open.length === 0) return { ...state, move: { kind: 'stop', why: 'all-done' } }

  const unseen = open.find(({ c }) => c.points.length < firstEvaluations)
  const target = unseen ?? open.reduce((a, b) => (worth(b) > worth(a) ? b : a))
  function worth({ c, i }: { c: SearchCandidate; i: number }): number {
    const f = finals[i]!
    const gain =
      i === leader ? expectedExcess(best - f.mean, f.sd) : expectedExcess(f.mean - finals[leader]!.mean, f.sd)
    return gain / Math.sqrt(Math.max(1e-9, c.target - spentOn(c)))
  }
  if (!unseen && expectedRegret < enough) return { ...state, move: { kind: 'stop', why: 'sure-enough' } }
  const at = spentOn(target.c)
  const step = nextEvaluation(target.c)
  if (step > left) return { ...state, move: { kind: 'stop', why: 'budget-spent' } }
  const chunk = unseen ? step : Math.max(step, Math.min(chunkShare * target.c.target, left))
  return { ...state, move: { kind: 'extend', id: target.c.id, to: Math.min(target.c.target, at + chunk) } }
}

/** Compute until a branch's next evaluation: by its schedule, else its spacing; a fiftieth of its target before any. */
function nextEvaluation(c: SearchCandidate): number {
  if (c.nextCompute !== undefined) return Math.max(0, c.nextCompute - spentOn(c))
  const n = c.points.length
  return n === 0 ? c.target / 50 : spentOn(c) / n
}

export type BeliefMemo = Map<string, { readonly key: string; readonly final: Final }>

interface Final {
  readonly id: string
  readonly mean: number
  readonly sd: number
  readonly isDone: boolean
  readonly collapsed: boolean
  readonly share: HeadroomShare | null
}

/** Final performance of each candidate: alone first, then with what its siblings show of their headroom. */
function finalBeliefs(candidates: readonly SearchCandidate[], options: SearchOptions, memo: BeliefMemo): Final[] {
  const remember = (slot: string, key: string, make: () => Final): Final => {
    const known = memo.get(slot)
    if (known?.key === key) return known.final
    const final = make()
    memo.set(slot, { key, final })
    return final
  }
  const keyOf = (c: SearchCandidate) =>
    `${c.points.length} ${spentOn(c)} ${c.points.at(-1)?.score} ${c.target} ${c.pSft} ${c.closed}`
  const alone = candidates.map((c) => remember(`${c.id} alone`, keyOf(c), () => finalOf(c, searchPrior, options)))
  return candidates.map((c, i) => {
    if (alone[i]!.isDone || c.isBase) return alone[i]!
    const prior = withSiblings(candidates, alone, i)
    const key = `${keyOf(c)} ${JSON.stringify(prior.kinds.map(({ headroomShare }) => headroomShare))}`
    return remember(`${c.id} pooled`, key, () => finalOf(c, prior, options))
  })
}

/** The prior of candidate `i` with what the others show of their headroom. */
function withSiblings(candidates: readonly SearchCandidate[], alone: readonly Final[], i: number): LawPrior {
  const others = alone.flatMap((f, j) => (j === i || candidates[j]!.isBase || f.share === null ? [] : [f.share]))
  // Rounded, so that a hair's change in a sibling does not cost a refit.
  const rounded = (value: number) => Math.round(value * 100) / 100
  const kinds = pooledPrior(others, searchPrior).kinds.map((kind) => {
    const { mean, sd } = kind.headroomShare
    return { ...kind, headroomShare: { mean: rounded(mean), sd: rounded(sd) } }
  })
  return { kinds }
}

export interface ForecastPoint {
  readonly compute: number
  readonly value: number
  readonly lo: number
  readonly hi: number
}

/**
 * What each open candidate is expected to score between now and its target, as the search believes it: central intervals
 * of `level`. A candidate of which no more can be learned has no line.
 */
export function forecastLines(
  candidates: readonly SearchCandidate[],
  options: SearchOptions = {},
  { level = 0.8, points = 12 }: { readonly level?: number; readonly points?: number } = {},
): Map<string, ForecastPoint[]> {
  const alone = finalBeliefs(candidates, options, new Map())
  const z = centralZ(level)
  return new Map(
    candidates.map((c, i) => {
      if (alone[i]!.isDone) return [c.id, []]
      const prior = c.isBase ? searchPrior : withSiblings(candidates, alone, i)
      const { posterior, scale } = posteriorOf(c, validPoints(c, options).valid, prior, options)
      const from = Math.max(spentOn(c), c.target / 50)
      const line = Array.from({ length: points }, (_, k) => {
        const compute = from * (c.target / from) ** (k / (points - 1))
        const { mean: value, sd } = momentsOf(scoreMixture(posterior, scale * compute, 'branch'))
        return { compute, value, lo: value - z * sd, hi: value + z * sd }
      })
      return [c.id, line]
    }),
  )
}

/** Evaluations of a candidate that its law may be fitted to, its start among them. */
function validPoints(c: SearchCandidate, { samplingSd = 0 }: SearchOptions) {
  const seen = [{ compute: 0, score: c.pSft }, ...c.points]
  const alone = findCollapse(seen)
  const { excluded, collapse } = alone.noiseSd < samplingSd ? findCollapse(seen, { noise: samplingSd }) : alone
  return { valid: seen.filter((_, i) => excluded[i] === null), collapse }
}

/** Mean of the last five valid evaluations after the start, and how many those were; null before the first. */
export function measuredPerformance(
  c: SearchCandidate,
  options: SearchOptions = {},
): { readonly value: number; readonly n: number } | null {
  const last = validPoints(c, options).valid.slice(1).slice(-pointsOfFinal)
  return last.length > 0 ? { value: mean(last.map((p) => p.score)), n: last.length } : null
}

function posteriorOf(
  c: SearchCandidate,
  valid: readonly PerformancePoint[],
  prior: LawPrior,
  options: SearchOptions,
): { readonly posterior: LawPosterior; /** Of compute, in the posterior's unit. */ readonly scale: number } {
  // Before the first evaluation the midpoint is believed relative to the target instead of the last point seen; the
  // posterior's grid then lies around a compute of 1 and not around the points.
  const isUnseen = valid.length === 1
  const fromTarget = ({ mean, sd }: BranchKind['lnMidpoint']) => ({ mean: mean + unseenTargetLn, sd })
  const unseen = () => ({ kinds: prior.kinds.map((kind) => ({ ...kind, lnMidpoint: fromTarget(kind.lnMidpoint) })) })
  const posterior = lawPosterior(valid, c.pSft, {
    prior: isUnseen ? unseen() : prior,
    noisePrior: options.noisePrior ?? { sd: 0.5, weight: 2 },
    quick: true,
  })
  return { posterior, scale: isUnseen ? Math.exp(unseenTargetLn) / c.target : 1 }
}
/** ln of the target where nothing was seen: the grid reaches from -2.5 to 6. */
const unseenTargetLn = 2

function finalOf(c: SearchCandidate, prior: LawPrior, options: SearchOptions): Final {
  const { valid, collapse } = validPoints(c, options)
  const isDone = collapse !== null || c.closed === true || spentOn(c) >= c.target * (1 - 1e-9)
  if (isDone) {
    const value = measuredPerformance(c, options)?.value ?? c.pSft
    const share = (value - c.pSft) / (100 - c.pSft)
    return { id: c.id, mean: value, sd: 0, isDone, collapsed: collapse !== null, share: { mean: share, variance: 0 } }
  }
  const { posterior, scale } = posteriorOf(c, valid, prior, options)
  // The mean of the last five evaluations lies a little before the end.
  return {
    id: c.id,
    ...momentsOf(scoreMixture(posterior, 0.95 * scale * c.target, 'branch')),
    isDone,
    collapsed: false,
    share: headroomShareOf(posterior),
  }
}

function momentsOf(mixture: NormalMixture): { readonly mean: number; readonly sd: number } {
  const centre = mixtureMean(mixture)
  let variance = 0
  for (let k = 0; k < mixture.weights.length; k++) {
    variance += mixture.weights[k]! * (mixture.sds[k]! ** 2 + (mixture.means[k]! - centre) ** 2)
  }
  return { mean: centre, sd: Math.sqrt(variance) }
}

/** E max(0, X) for X normal with the mean and SD given. */
export function expectedExcess(meanOf: number, sd: number): number {
  if (sd < 1e-9) return Math.max(0, meanOf)
  const z = meanOf / sd
  return meanOf * normalCdf(z) + (sd * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI)
}

/** E max F_i over independent normals: x_max - ∫ Π Φ((x - m_i) / s_i) dx. */
function expectedLargest(finals: readonly Final[]): number {
  const low = Math.max(...finals.map((f) => f.mean - 5 * f.sd))
  const high = Math.max(...finals.map((f) => f.mean + 5 * f.sd))
  const steps = 200
  const width = (high - low) / steps
  if (width <= 0) return high
  let below = 0
  for (let k = 0; k < steps; k++) {
    const x = low + (k + 0.5) * width
    below +=
      width * finals.reduce((p, f) => p * (f.sd > 1e-9 ? quickNormalCdf((x - f.mean) / f.sd) : x >= f.mean ? 1 : 0), 1)
  }
  return high - below
}

/** P(best) by numerical integration over each candidate's own distribution. */
function withChances(finals: readonly Final[]): Belief[] {
  const steps = 41
  const raw = finals.map((f, i) => {
    let total = 0
    for (let q = 0; q < steps; q++) {
      const z = -3 + (6 * q) / (steps - 1)
      const x = f.mean + z * Math.max(f.sd, 1e-6)
      const below = finals.reduce(
        (p, g, j) => (j === i ? p : p * quickNormalCdf((x - g.mean) / Math.max(g.sd, 1e-6))),
        1,
      )
      total += Math.exp(-0.5 * z * z) * below
    }
    return total
  })
  const sum = raw.reduce((a, b) => a + b, 0)
  return finals.map(({ id, mean, sd, isDone, collapsed }, i) => ({
    id,
    mean,
    sd,
    isDone,
    collapsed,
    chance: raw[i]! / sum,
  }))
}

const indexOfLargest = (values: readonly number[]): number =>
  values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
