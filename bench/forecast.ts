/**
 * Forecasts from a rolling origin on recorded curves: error beside the mean of the last five points, and how often the
 * 80 % intervals hold what came. Collapse and broken evaluations aside; branches that are copies are counted once.
 */
import { analyzeCurves } from '#shared/analysis/analyze.ts'
import { mean, median } from '#shared/analysis/order-statistics.ts'
import { performance } from '#shared/analysis/stitch.ts'
import type { CurveSet } from '#shared/analysis/types.ts'
import { Failure } from '#shared/contract/failure.ts'
import { benchCurves } from './bench-curves.ts'
import { result, type BenchResult } from './report.ts'

/** Median RMSE in points aimed at on the published curves, by the share of the compute that was known. */
const goals: Readonly<Record<number, number>> = { 0.3: 0.85, 0.5: 0.68, 0.7: 0.59 }
const shares = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
const level = 0.8
const leastCoverage = 0.75

export async function forecast({ curves }: { readonly curves?: string }): Promise<BenchResult[]> {
  const set = benchCurves(curves)
  if (set === null) {
    throw new Failure({
      code: 'file.missing',
      message: 'This bench needs recorded curves.',
      input: curves ?? 'SWITCHPOINT_DATA',
      remedy: 'Give --curves FILE, or point SWITCHPOINT_DATA at the data folder.',
    })
  }
  return shares.flatMap((share) => rowsAt(set, share))
}

function rowsAt(set: CurveSet, share: number): BenchResult[] {
  const copies = new Set(set.curves.filter((c) => c.sameAs !== null).map((c) => c.id))
  const branches = analyzeCurves(set, { holdout: share, level }).branches.filter(
    (b) => !copies.has(b.id) && b.holdout!.rmse !== null,
  )
  const lastFive = branches.map(({ id, holdout }) => {
    const known = performance(
      set.curves.find((c) => c.id === id)!,
      set,
    ).filter((p) => p.compute <= holdout!.cutCompute)
    const value = mean(known.slice(-5).map((p) => p.score))
    return Math.sqrt(mean(holdout!.points.filter((p) => p.excluded === null).map((p) => (p.actual - value) ** 2)))
  })
  const scored = branches.flatMap((b) => b.holdout!.points.filter((p) => p.excluded === null))
  const coverage = scored.filter((p) => p.actual >= p.lo && p.actual <= p.hi).length / scored.length
  const ours = median(branches.map((b) => b.holdout!.rmse!))
  const theirs = median(lastFive)
  const known = `${Math.round(100 * share)} % known`
  const goal = goals[share]
  return [
    result({
      case: `median RMSE, ${known}, ${branches.length} branches`,
      unit: 'points',
      better: 'less',
      goal: goal === undefined ? null : theirs / goal,
      ours,
      peer: { name: 'mean of the last five', version: '-', value: theirs },
    }),
    {
      case: `coverage of 80 % intervals, ${known}, ${scored.length} points`,
      unit: 'share',
      ours: coverage,
      peer: { name: 'nominal', version: '-', value: level },
      ratio: coverage / level,
      goal: leastCoverage / level,
      met: coverage >= leastCoverage && coverage <= 0.9,
    },
  ]
}
