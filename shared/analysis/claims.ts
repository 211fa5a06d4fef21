/**
 * The paper's claims as tests that can fail (docs/methods/ceilings.md, "Claims"). Each takes plain numbers, so that the
 * same test serves imported curves, native runs and the miniature.
 *   supported     the interval of the effect lies wholly on the claimed side of 0
 *   contradicted  it lies wholly on the other side
 *   undecided     it holds 0, or there are too few values for one
 * Source  Ding et al., arXiv 2512.11470, sections 6.1, 6.2 and appendix F.3 (FACTS: claims 1, 4-9).
 */
import { diceFor } from './dice.ts'
import { centralZ } from './distributions.ts'
import { mean, standardDeviation } from './order-statistics.ts'
import { groupDifference, pairedTest, pearson, spearman, type Interval } from './statistics.ts'
import type { Estimate, Regime, Statistic } from './types.ts'

export type ClaimName =
  | 'sequential-beats-synchronized'
  | 'scale-raises-the-ceiling'
  | 'difficulty-raises-the-ceiling'
  | 'less-is-more-for-sft-only'
  | 'lower-loss-higher-ceiling'
  | 'stable-beats-adaptive'
  | 'severe-lowers-the-ceiling'
  | 'plasticity-falls-with-sft'

export interface Claim {
  readonly name: ClaimName
  readonly verdict: 'supported' | 'contradicted' | 'undecided'
  readonly statistics: readonly Statistic[]
  /** What this test cannot say. */
  readonly caveats: readonly string[]
}

/** A ceiling (or any final score) with its uncertainty, `level` as in the analyze document. */
export interface Ceiling extends Estimate {
  readonly level: number
}

const claimLevel = 0.95

/** Claim 1: sequential above synchronized at equal compute, by seeds. Paired where both lists share seeds in order. */
export function sequentialClaim(
  sequential: readonly number[],
  synchronized: readonly number[],
  paired: boolean,
): Claim {
  const question = 'Final score of the sequential pipeline minus that of the synchronized one, in points'
  const statistic = paired
    ? fromPaired('sequential minus synchronized', question, pairedTest(synchronized, sequential, claimLevel))
    : fromGroups('sequential minus synchronized', question, groupDifference(synchronized, sequential, claimLevel))
  return claim(
    'sequential-beats-synchronized',
    1,
    [statistic],
    ['Holds for the compute that both were given, not beyond it.'],
  )
}

/** Claim 6: more data, higher best ceiling. `size` in trajectories. */
export function scaleClaim(datasets: readonly { readonly size: number; readonly best: Ceiling }[]): Claim {
  return trendClaim(
    'scale-raises-the-ceiling',
    1,
    'best ceiling against ln(trajectories)',
    datasets.map((d) => Math.log(d.size)),
    datasets.map((d) => d.best),
    ['Larger sets were also trained for longer unless the study says otherwise.'],
  )
}

/** Claim 8: harder data, higher best ceiling. `difficulty` any increasing measure, for example 1 - win rate. */
export function difficultyClaim(datasets: readonly { readonly difficulty: number; readonly best: Ceiling }[]): Claim {
  return trendClaim(
    'difficulty-raises-the-ceiling',
    1,
    'best ceiling against difficulty',
    datasets.map((d) => d.difficulty),
    datasets.map((d) => d.best),
    ['Harder trajectories are longer, so they cost more SFT compute at the same number of steps.'],
  )
}

/** Claim 9: the lower a set's minimum validation loss, the higher its best ceiling. */
export function lossClaim(datasets: readonly { readonly minValLoss: number; readonly best: Ceiling }[]): Claim {
  return trendClaim(
    'lower-loss-higher-ceiling',
    -1,
    'best ceiling against minimum validation loss',
    datasets.map((d) => d.minValLoss),
    datasets.map((d) => d.best),
    ['Scale and loss move together, so this does not tell which of them raises the ceiling.'],
  )
}

/** Claim 5: plasticity falls as SFT goes on. `compute` spent in SFT before the switch. */
export function plasticityClaim(branches: readonly { readonly compute: number; readonly plRl: Ceiling }[]): Claim {
  return trendClaim(
    'plasticity-falls-with-sft',
    -1,
    'plasticity against SFT compute at the switch',
    branches.map((b) => b.compute),
    branches.map((b) => b.plRl),
    ['P_sft is in both: where it rises towards a common ceiling, plasticity must fall.'],
  )
}

/** Claim 7: the small set leads by SFT alone per compute, yet its ceiling is the lowest. One number each way. */
export function lessIsMoreClaim(
  small: { readonly pSft: number; readonly best: Ceiling },
  others: readonly { readonly pSft: number; readonly best: Ceiling }[],
): Claim {
  const sft: Statistic = {
    name: 'small set minus the best of the others, SFT alone at equal compute',
    question: 'Does the small set lead before RL?',
    n: others.length + 1,
    estimate: small.pSft - Math.max(...others.map((o) => o.pSft)),
    lo: null,
    hi: null,
    level: claimLevel,
    p: null,
    method: 'a difference of single evaluations',
  }
  const top = others.reduce((a, b) => (b.best.value > a.best.value ? b : a))
  const gap = top.best.value - small.best.value
  const half = centralZ(claimLevel) * Math.hypot(sdOf(small.best), sdOf(top.best))
  const ceiling: Statistic = {
    name: 'best ceiling of the others minus that of the small set',
    question: 'Is the small set behind after RL?',
    n: others.length + 1,
    estimate: gap,
    lo: gap - half,
    hi: gap + half,
    level: claimLevel,
    p: null,
    method: 'ceilings as normal with the SD of their intervals',
  }
  return claim('less-is-more-for-sft-only', 1, [ceiling, sft], ['The largest of several ceilings is biased upwards.'])
}

export interface TimedBranch {
  readonly regime: Regime
  readonly ceiling: Ceiling
}

/** Claim 4, first half: branches from Stable checkpoints reach higher than those from Adaptive ones. */
export function stableClaim(branches: readonly TimedBranch[]): Claim {
  return regimeClaim(
    'stable-beats-adaptive',
    branches,
    'adaptive',
    'stable',
    'Stable minus Adaptive, ceilings in points',
  )
}

/** Claim 4, second half: branches from Severe checkpoints reach less high than those from Stable ones. */
export function severeClaim(branches: readonly TimedBranch[]): Claim {
  return regimeClaim(
    'severe-lowers-the-ceiling',
    branches,
    'severe',
    'stable',
    'Stable minus Severe, ceilings in points',
  )
}

function regimeClaim(
  name: ClaimName,
  branches: readonly TimedBranch[],
  low: Regime,
  high: Regime,
  question: string,
): Claim {
  const of = (regime: Regime) => branches.filter((b) => b.regime === regime).map((b) => b.ceiling.value)
  const [below, above] = [of(low), of(high)]
  const caveats = ['Checkpoints of one SFT run are not independent samples.']
  if (below.length === 0 || above.length === 0)
    return claim(name, 1, [], [`No branch from ${below.length === 0 ? low : high}.`])
  return claim(
    name,
    1,
    [fromGroups(`${high} minus ${low}`, question, groupDifference(below, above, claimLevel))],
    caveats,
  )
}

/** Pearson and Spearman of ceilings on something, and how often the sign survives the ceilings' own uncertainty. */
function trendClaim(
  name: ClaimName,
  direction: 1 | -1,
  what: string,
  x: readonly number[],
  y: readonly Ceiling[],
  caveats: readonly string[],
): Claim {
  if (x.length < 3) return claim(name, direction, [], [`Needs at least three values; there are ${x.length}.`])
  const values = y.map((c) => c.value)
  const statistics = [
    fromCorrelation(`Pearson, ${what}`, pearson(x, values, claimLevel)),
    fromCorrelation(`Spearman, ${what}`, spearman(x, values, claimLevel)),
    signShare(what, x, y, direction),
  ]
  return claim(name, direction, statistics, caveats)
}

/** Share of 2,000 draws of the ceilings inside their intervals in which Pearson's r keeps the claimed sign. */
function signShare(what: string, x: readonly number[], y: readonly Ceiling[], direction: 1 | -1): Statistic {
  const dice = diceFor(1)
  const draws = 2_000
  let kept = 0
  for (let draw = 0; draw < draws; draw++) {
    const drawn = y.map((c) => c.value + sdOf(c) * dice.normal())
    if (pearsonSign(x, drawn) === direction) kept++
  }
  return {
    name: `sign kept, ${what}`,
    question: 'How often does the trend keep its claimed sign when each ceiling moves within its interval?',
    n: x.length,
    estimate: kept / draws,
    lo: null,
    hi: null,
    level: claimLevel,
    p: null,
    method: `${draws.toLocaleString('en-US')} draws, ceilings as normal with the SD of their intervals`,
  }
}

function pearsonSign(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)]
  return Math.sign(x.reduce((sum, v, i) => sum + (v - mx) * (y[i]! - my), 0))
}

/** SD of a ceiling from the half width of its central interval. */
const sdOf = (c: Ceiling): number => (c.hi - c.lo) / 2 / centralZ(c.level)

function fromCorrelation(name: string, r: ReturnType<typeof pearson>): Statistic {
  return {
    name,
    question: `${name}: do they move together?`,
    n: r.n,
    estimate: r.value,
    ...bounds(r.interval),
    p: r.p,
    method:
      r.method === 'exact-permutation'
        ? `exact over ${r.n}! permutations, Fisher interval`
        : "Student's t, Fisher interval",
  }
}

const fromGroups = (name: string, question: string, d: ReturnType<typeof groupDifference>): Statistic => ({
  name,
  question,
  n: d.n[0] + d.n[1],
  estimate: d.difference,
  ...bounds(d.interval),
  p: d.p,
  method: `${d.exact ? 'exact' : 'random'} permutation test, Welch interval${d.hedgesG === null ? '' : `, Hedges' g ${d.hedgesG.toFixed(2)}`}`,
})

const fromPaired = (name: string, question: string, d: ReturnType<typeof pairedTest>): Statistic => ({
  name,
  question,
  n: d.n,
  estimate: d.difference,
  ...bounds(d.interval),
  p: d.p,
  method: `${d.exact ? 'exact' : 'random'} sign-flip test, paired t interval${d.effect === null ? '' : `, Cohen's d of the differences ${d.effect.toFixed(2)}`}`,
})

const bounds = (interval: Interval | null) => ({
  lo: interval?.lo ?? null,
  hi: interval?.hi ?? null,
  level: interval?.level ?? claimLevel,
})

function claim(
  name: ClaimName,
  direction: 1 | -1,
  statistics: readonly Statistic[],
  caveats: readonly string[],
): Claim {
  const first = statistics[0]
  // An interval that is a point (r = ±1 of five values) is Fisher's formula at its edge, no certainty: p decides there.
  const ends = [first?.lo ?? 0, first?.hi ?? 0].map((end) => direction * end)
  const isSure = ends[0] !== ends[1] || (first?.p ?? 1) <= 1 - claimLevel
  const verdict =
    isSure && Math.min(...ends) > 0 ? 'supported' : isSure && Math.max(...ends) < 0 ? 'contradicted' : 'undecided'
  return { name, verdict, statistics, caveats }
}

/** Spread of a method between evaluations or seeds, against another's: SD ratio (claim 3, synchronized methods are unstable). */
export function spreadRatio(first: readonly number[], second: readonly number[]): number {
  return standardDeviation(second) / standardDeviation(first)
}
