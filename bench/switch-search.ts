/**
 * The switch search replayed on recorded curves: regret and compute share beside plain successive halving, the least
 * validation loss, the highest start and a blind pick, as the curves are and over resamplings of their noise.
 */
import { diceFor } from '#shared/analysis/dice.ts'
import { mean, standardDeviation } from '#shared/analysis/order-statistics.ts'
import {
  noiseResampler,
  replayBlindPick,
  replayForecastSearch,
  replayHalving,
  replayHighestStart,
  replayLeastLoss,
  type RecordedBranch,
  type ReplayResult,
} from '#shared/analysis/switch-replay.ts'
import { benchBranches } from './bench-curves.ts'
import type { BenchResult } from './report.ts'

const budgetShare = 0.3
const resamplings = 200
const goalRegret = 0.35

type Way = 'search' | 'halving' | 'halving of three' | 'highest start' | 'least loss' | 'blind pick'
type Round = Readonly<Partial<Record<Way, ReplayResult>>>

export interface SwitchSearchBenchOptions {
  readonly curves?: string
}

export async function switchSearch({ curves }: SwitchSearchBenchOptions): Promise<BenchResult[]> {
  const byDataset = [...Map.groupBy(benchBranches(curves), (branch) => branch.dataset).values()].filter(
    (b) => b.length > 1,
  )
  const asTheyAre = byDataset.map((branches) => round(branches))
  const resamplers = byDataset.map((branches) => branches.map(noiseResampler))
  const dice = diceFor(2)
  const drawn: Round[][] = []
  for (let draw = 0; draw < resamplings; draw++) {
    drawn.push(resamplers.map((branches) => round(branches.map((resample) => resample(dice)))))
    if ((draw + 1) % 20 === 0) process.stderr.write(`bench: resampling ${draw + 1} of ${resamplings}\n`)
  }
  return [
    ...rows(`as the curves are, ${byDataset.length} data sets`, [asTheyAre]),
    ...rows(`${resamplings} resamplings of the noise`, drawn),
    pairedRow(drawn),
  ]
}

function round(branches: readonly RecordedBranch[]): Round {
  const leastLoss = replayLeastLoss(branches)
  return {
    search: replayForecastSearch(branches, { budgetShare }),
    halving: replayHalving(branches, { budgetShare }),
    'halving of three': replayHalving(branches, { budgetShare, averaged: 3 }),
    'highest start': replayHighestStart(branches),
    'blind pick': replayBlindPick(branches),
    ...(leastLoss && { 'least loss': leastLoss }),
  }
}

/** Mean over data sets of one draw; null where a way could not be tried on all of them. */
function overSets(sets: readonly Round[], way: Way, what: 'regret' | 'computeShare'): number | null {
  const values = sets.flatMap((set) => set[way]?.[what] ?? [])
  return values.length === sets.length ? mean(values) : null
}

function rows(label: string, draws: readonly (readonly Round[])[]): BenchResult[] {
  const over = (way: Way, what: 'regret' | 'computeShare') => {
    const values = draws.flatMap((sets) => overSets(sets, way, what) ?? [])
    return values.length === draws.length ? mean(values) : null
  }
  const ours = over('search', 'regret')!
  const rivals: readonly Way[] = ['halving', 'halving of three', 'highest start', 'least loss', 'blind pick']
  const share = over('search', 'computeShare')!
  return [
    ...rivals.flatMap((way) => {
      const value = over(way, 'regret')
      if (value === null) return []
      const spent = over(way, 'computeShare')!
      const isHalving = way === 'halving'
      return {
        case: `regret, ${label}`,
        unit: 'points',
        ours,
        peer: { name: way, version: `at ${(100 * spent).toFixed(1)} % of the compute`, value },
        ratio: value / Math.max(ours, 1e-3),
        goal: isHalving ? value / goalRegret : null,
        met: isHalving ? ours <= goalRegret : null,
      }
    }),
    {
      case: `compute share, ${label}`,
      unit: 'of all branches run out',
      ours: share,
      peer: { name: 'allowed', version: '-', value: budgetShare },
      ratio: budgetShare / share,
      goal: 1,
      met: share <= budgetShare,
    },
  ]
}

/** Halving's regret minus the search's, draw by draw: the lower end of the 95 % interval must lie above 0. */
function pairedRow(draws: readonly (readonly Round[])[]): BenchResult {
  const gaps = draws.map((sets) => overSets(sets, 'halving', 'regret')! - overSets(sets, 'search', 'regret')!)
  const half = (1.96 * standardDeviation(gaps)) / Math.sqrt(gaps.length)
  const lower = mean(gaps) - half
  return {
    case: `regret saved against halving: ${mean(gaps).toFixed(3)} ± ${half.toFixed(3)}, lower end`,
    unit: 'points',
    ours: lower,
    peer: { name: 'halving', version: 'itself', value: 0 },
    ratio: lower > 0 ? 1 + lower : 1,
    goal: 1,
    met: lower > 0,
  }
}
