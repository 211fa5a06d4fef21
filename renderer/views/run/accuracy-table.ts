/** What the accuracy panel's table (and its CSV) holds beside the accuracy: pass@k and each benchmark, with their intervals. Pure. */
import type { EvaluationPoint } from '#shared/contract/runs.ts'

interface Interval {
  readonly value: number
  readonly lo: number
  readonly hi: number
}

/** Every pass@k and benchmark that one of the points has, in order of appearance. */
function reported(points: readonly EvaluationPoint[]) {
  const ks = new Set(points.flatMap(({ passAtK = [] }) => passAtK.map(({ k }) => k).filter((k) => k > 1)))
  const names = new Set(points.flatMap(({ benchmarks = [] }) => benchmarks.map(({ name }) => name)))
  return { ks: [...ks].sort((a, b) => a - b), names: [...names] }
}

export function evaluationColumns(points: readonly EvaluationPoint[]): string[] {
  const { ks, names } = reported(points)
  return [...ks.map((k) => `pass@${k}`), ...names].flatMap((title) => [title, `${title} low`, `${title} high`])
}

/** A point's cells under those columns. */
export function evaluationCells(points: readonly EvaluationPoint[], point: EvaluationPoint): string[] {
  const { ks, names } = reported(points)
  const cells = (of: Interval | undefined) =>
    of ? [of.value, of.lo, of.hi].map((share) => share.toFixed(4)) : ['–', '–', '–']
  return [
    ...ks.flatMap((at) => cells(point.passAtK?.find(({ k }) => k === at))),
    ...names.flatMap((one) => cells(point.benchmarks?.find(({ name }) => name === one)?.accuracy)),
  ]
}
