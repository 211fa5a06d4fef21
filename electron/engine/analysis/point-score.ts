/**
 * One evaluation read by another score than the overall one: the greedy answers, one benchmark, or a group of benchmarks
 * weighted by their sizes. Intervals of benchmarks are Wilson's over their problems.
 */
import { wilsonInterval } from '#shared/analysis/accuracy.ts'
import { paperGroups, weightedScore } from '#shared/analysis/aggregate.ts'
import type { EvaluationPoint } from '#shared/contract/runs.ts'

/** Null where the evaluation does not know that score. `sizes`: problems by benchmark. */
export function byMetric(
  point: EvaluationPoint,
  metric: string,
  sizes: Readonly<Record<string, number>>,
): EvaluationPoint | null {
  if (metric === 'overall') return point
  if (metric === 'greedy') return point.greedy && { ...point, k: 1, accuracy: point.greedy }
  const { scores } = point
  if (!scores) return null
  const names = scores[metric] === undefined ? paperGroups[metric] : [metric]
  const value = names ? (weightedScore(scores, sizes, names) ?? (names.length === 1 ? scores[metric] : null)) : null
  if (value === null || value === undefined) return null
  const n = (names ?? []).reduce((sum, name) => sum + (sizes[name] ?? 0), 0)
  const { lo, hi } = n > 0 ? wilsonInterval(value * n, n) : { lo: value, hi: value }
  return { ...point, n, accuracy: { value, lo: Math.min(lo, value), hi: Math.max(hi, value) }, greedy: null }
}
