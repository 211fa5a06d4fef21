/**
 * One evaluation read by another score than the overall one: the greedy answers, one benchmark, or a group of benchmarks
 * weighted by their sizes. Intervals of benchmarks are Wilson's over their problems; those of a run here are by prompt, and a
 * group's half-width is that of a weighted mean of independent benchmarks.
 */
import { wilsonInterval } from '#shared/analysis/accuracy.ts'
import { paperGroups, weightedScore } from '#shared/analysis/aggregate.ts'
import type { EvaluationPoint } from '#shared/contract/runs.ts'
import { curveNameOf } from '#shared/experiment/benchmark-names.ts'

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
  if (point.benchmarks) return ofBenchmarks(point, names)
  const value = names ? (weightedScore(scores, sizes, names) ?? (names.length === 1 ? scores[metric] : null)) : null
  if (value === null || value === undefined) return null
  const n = (names ?? []).reduce((sum, name) => sum + (sizes[name] ?? 0), 0)
  const { lo, hi } = n > 0 ? wilsonInterval(value * n, n) : { lo: value, hi: value }
  return { ...point, n, accuracy: { value, lo: Math.min(lo, value), hi: Math.max(hi, value) }, greedy: null }
}

/** Of an evaluation made here: benchmarks by name, weighted by their problems. Null where one of them was not run. */
function ofBenchmarks(point: EvaluationPoint, names: readonly string[] | undefined): EvaluationPoint | null {
  const own = (names ?? []).flatMap(
    (name) => point.benchmarks?.find((each) => each.name === name || curveNameOf(each.name) === name) ?? [],
  )
  if (names === undefined || own.length !== names.length) return null
  const n = own.reduce((sum, each) => sum + each.n, 0)
  const mean = (of: (each: (typeof own)[number]) => number) =>
    own.reduce((sum, each) => sum + (of(each) * each.n) / n, 0)
  const spread = (of: (each: (typeof own)[number]) => number) =>
    Math.sqrt(own.reduce((sum, each) => sum + ((of(each) * each.n) / n) ** 2, 0))
  const value = mean(({ accuracy }) => accuracy.value)
  const accuracy = {
    value,
    lo: Math.max(0, value - spread(({ accuracy: one }) => one.value - one.lo)),
    hi: Math.min(1, value + spread(({ accuracy: one }) => one.hi - one.value)),
  }
  const [only] = own
  return {
    ...point,
    n,
    k: only!.k,
    accuracy,
    greedy: own.length === 1 ? only!.greedy : null,
    passAtK: own.length === 1 ? only!.passAtK : undefined,
  }
}
