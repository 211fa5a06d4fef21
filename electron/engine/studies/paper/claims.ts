/**
 * The paper's claims, asked of the miniature. Each claim becomes one number a seed, in points and positive where the paper says
 * so; the verdict rests on the spread of that number between seeds (paired t interval, 95 %; exact sign-flip p), never on
 * prompts. Measured twice: on the score at the common compute, which every arm has, and on the fitted ceilings, where all that the
 * claim needs are identified or loose.
 * Source  Ding et al., arXiv 2512.11470, sections 6.1, 6.2 and appendix F.3.
 */
import { mean, standardDeviation } from '#shared/analysis/order-statistics.ts'
import { pairedTest } from '#shared/analysis/statistics.ts'
import type { Regime } from '#shared/analysis/types.ts'
import type { PaperClaim } from '#shared/contract/paper-study.ts'
import type { StudyRole } from '#shared/contract/studies.ts'
import { mainSet, type PaperSet } from './plan.ts'

export interface PaperArm {
  readonly role: StudyRole
  readonly seed: number
  readonly set: PaperSet | null
  /** Of the checkpoint it branched from, by the finished SFT run's losses. */
  readonly regime: Regime | null
  readonly parentStep: number | null
  /** Percent at its start, and at the common compute. */
  readonly start: number
  readonly end: number
  /** A_post in percent; null where it has no bound. */
  readonly ceiling: number | null
}

export interface PaperTrunk {
  readonly seed: number
  readonly set: PaperSet
  readonly minValLoss: number
  /** Best score of SFT alone along this run, percent. */
  readonly best: number
}

type Measure = PaperClaim['measure']
const measures: readonly Measure[] = ['end', 'ceiling']

const sizes = { 'uniform-250': 250, 'uniform-1000': 1000, 'uniform-4000': 4000 } as const
const difficulties = ['easy-1000', 'uniform-1000', 'hard-1000'] as const
const synchronized: readonly StudyRole[] = ['luffy', 'srft', 'upt', 'prefix-rft']

interface Question {
  readonly name: PaperClaim['name']
  readonly claim: string
  readonly effect: string
  readonly caveats: readonly string[]
  /** In points, positive where the paper says so; null where the seed cannot say. */
  of(seed: SeedView): number | null
}

/** One seed's scores by a measure. */
interface SeedView {
  readonly trunks: readonly PaperTrunk[]
  arm(role: StudyRole): number | null
  /** The branch from the minimum of a set's validation loss. */
  best(set: PaperSet): number | null
  branch(set: PaperSet, regime: Regime): number | null
  /** Gain over the branch's own start, by SFT steps before the switch, earliest first. */
  gains(set: PaperSet): readonly number[]
}

const questions: readonly Question[] = [
  {
    name: 'sequential-beats-synchronized',
    claim: 'SFT then RL beats the synchronized methods at equal compute.',
    effect: 'branch from the minimum of the loss, minus the best synchronized method',
    caveats: ['The rival is the best of its kind in each seed, which favours it.'],
    of: (seed) => minus(seed.best(mainSet), most(synchronized.map((role) => seed.arm(role)))),
  },
  {
    name: 'sequential-beats-pure-rl',
    claim: 'SFT then RL beats RL alone at equal compute.',
    effect: 'branch from the minimum of the loss, minus pure RL',
    caveats: [],
    of: (seed) => minus(seed.best(mainSet), seed.arm('pure-rl')),
  },
  {
    name: 'sequential-beats-pure-sft',
    claim: 'SFT then RL beats SFT alone at equal compute.',
    effect: 'branch from the minimum of the loss, minus pure SFT',
    caveats: [],
    of: (seed) => minus(seed.best(mainSet), seed.arm('pure-sft')),
  },
  {
    name: 'scale-raises-the-ceiling',
    claim: 'More expert trajectories, a higher ceiling.',
    effect: 'slope over a doubling of the set (250, 1,000, 4,000)',
    caveats: ['All sets have the same number of SFT steps, so the small one is seen in more epochs.'],
    of: (seed) =>
      slope(Object.entries(sizes).map(([set, size]) => [Math.log2(size), seed.best(set as PaperSet)] as const)),
  },
  {
    name: 'difficulty-raises-the-ceiling',
    claim: 'Harder trajectories, a higher ceiling at the same scale.',
    effect: 'slope over a step of difficulty (Easy, Uniform, Hard)',
    caveats: [
      'Hard trajectories also hold more facts of the novel operators: difficulty and coverage move together here.',
    ],
    of: (seed) => slope(difficulties.map((set, i) => [i, seed.best(set)] as const)),
  },
  {
    name: 'lower-loss-higher-ceiling',
    claim: 'The lower the minimum validation loss of a set, the higher its ceiling.',
    effect: 'rise for a loss that is lower by 0.1 nats, over the five sets',
    caveats: ['Scale and difficulty move the loss, so this does not tell which of them raises the ceiling.'],
    of: (seed) => {
      const rise = slope(seed.trunks.map(({ set, minValLoss }) => [minValLoss, seed.best(set)] as const))
      return rise === null ? null : -0.1 * rise
    },
  },
  {
    name: 'less-is-more-for-sft-only',
    claim: 'The small set is behind once RL has followed.',
    effect: 'best of the larger sets minus the small one, after RL',
    caveats: ['The other half of the claim, a lead of the small set by SFT alone, is the row below.'],
    of: (seed) => minus(most([seed.best('uniform-1000'), seed.best('uniform-4000')]), seed.best('uniform-250')),
  },
  {
    name: 'small-set-leads-by-sft-alone',
    claim: 'By SFT alone at equal compute the small set leads.',
    effect: 'best score of SFT on the small set, minus the best of the larger sets',
    caveats: ['The best of a run over its evaluations; a quantity of SFT alone, so the ceilings do not enter.'],
    of: ({ trunks }) => {
      const best = (set: PaperSet) => trunks.find((trunk) => trunk.set === set)?.best ?? null
      return minus(best('uniform-250'), most([best('uniform-1000'), best('uniform-4000')]))
    },
  },
  {
    name: 'stable-beats-adaptive',
    claim: 'A switch in the Adaptive regime is too early.',
    effect: 'Stable minus Adaptive',
    caveats: [],
    of: (seed) => minus(seed.branch(mainSet, 'stable'), seed.branch(mainSet, 'adaptive')),
  },
  {
    name: 'severe-lowers-the-ceiling',
    claim: 'A switch after severe over-fitting is too late.',
    effect: 'Stable minus Severe',
    caveats: [],
    of: (seed) => minus(seed.branch(mainSet, 'stable'), seed.branch(mainSet, 'severe')),
  },
  {
    name: 'plasticity-falls-with-sft',
    claim: 'The later the switch, the less RL still adds.',
    effect: 'gain of RL after the earliest switch, minus after the latest',
    caveats: ['At equal compute the late switch also leaves less compute to RL.'],
    of: (seed) => {
      const gains = seed.gains(mainSet)
      return gains.length < 2 ? null : gains[0]! - gains.at(-1)!
    },
  },
]

/** Every claim by every measure it has. */
export function paperClaims(arms: readonly PaperArm[], trunks: readonly PaperTrunk[]): PaperClaim[] {
  const seeds = [...new Set(arms.map(({ seed }) => seed))].sort((a, b) => a - b)
  return measures.flatMap((measure) =>
    questions
      .filter(({ name }) => measure === 'end' || name !== 'small-set-leads-by-sft-alone')
      .map((question) => {
        const effects = seeds.flatMap((seed) => {
          const effect = question.of(seedView(seed, measure, arms, trunks))
          return effect === null ? [] : [{ seed, effect }]
        })
        return judged(question, measure, effects)
      }),
  )
}

const level = 0.95

function judged(
  { name, claim, effect, caveats }: Question,
  measure: Measure,
  effects: readonly { readonly seed: number; readonly effect: number }[],
): PaperClaim {
  const about = { name, claim, effect, measure, caveats: [...caveats], effects: [...effects], level }
  if (effects.length === 0) return { ...about, verdict: 'undecided', mean: null, lo: null, hi: null, p: null }
  const values = effects.map((each) => each.effect)
  const { difference, interval, p } = pairedTest(values.map(() => 0), values, level) // prettier-ignore
  const verdict =
    interval === null ? 'undecided' : interval.lo > 0 ? 'supported' : interval.hi < 0 ? 'contradicted' : 'undecided'
  return { ...about, verdict, mean: difference, lo: interval?.lo ?? null, hi: interval?.hi ?? null, p }
}

function seedView(seed: number, measure: Measure, arms: readonly PaperArm[], trunks: readonly PaperTrunk[]): SeedView {
  const own = arms.filter((arm) => arm.seed === seed)
  const ownTrunks = trunks.filter((trunk) => trunk.seed === seed)
  const score = (arm: PaperArm | undefined) => (arm ? (measure === 'end' ? arm.end : arm.ceiling) : null)
  const branches = (set: PaperSet) =>
    own
      .filter((arm) => arm.role === 'branch' && arm.set === set)
      .sort((a, b) => (a.parentStep ?? 0) - (b.parentStep ?? 0))
  return {
    trunks: ownTrunks,
    // SFT alone has no law in RL compute: where it ends is where it stands.
    arm: (role) => {
      const arm = own.find((each) => each.role === role)
      return role === 'pure-sft' ? (arm?.end ?? null) : score(arm)
    },
    best: (set) => score(branches(set).find(({ regime }) => regime === 'stable')),
    branch: (set, regime) => score(branches(set).find((arm) => arm.regime === regime)),
    gains: (set) =>
      branches(set).flatMap((arm) => {
        const value = score(arm)
        return value === null ? [] : [value - arm.start]
      }),
  }
}

/** Least squares; null when a value is missing or there are fewer than three. */
function slope(points: readonly (readonly [x: number, y: number | null])[]): number | null {
  const known = points.flatMap(([x, y]) => (y === null ? [] : [[x, y] as const]))
  if (known.length < 3 || known.length < points.length) return null
  const mx = mean(known.map(([x]) => x))
  const my = mean(known.map(([, y]) => y))
  const spread = known.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
  return spread === 0 ? null : known.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / spread
}

const minus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b)

function most(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** SD between seeds of where each kind of arm ends: are the synchronized methods less steady? */
export function spreads(
  arms: readonly PaperArm[],
): { role: StudyRole; set: PaperSet | null; n: number; mean: number; sd: number | null }[] {
  const groups = Map.groupBy(
    arms.filter(({ role, regime }) => role !== 'branch' || regime === 'stable'),
    ({ role, set }) => `${role} ${set ?? ''}`,
  )
  return [...groups.values()].map((group) => {
    const ends = group.map(({ end }) => end)
    return {
      role: group[0]!.role,
      set: group[0]!.set,
      n: ends.length,
      mean: mean(ends),
      sd: ends.length > 1 ? standardDeviation(ends) : null,
    }
  })
}
