/** The accuracy panel's table (and its CSV): a row an evaluation, with every pass@k and benchmark that one of them reports. Pure. */
import type { EvaluationPoint } from '#shared/contract/runs.ts'
import type { ChartTable } from '../../charts/chart-table.ts'
import { flops } from '../../format/numbers.ts'

interface Interval {
  readonly value: number
  readonly lo: number
  readonly hi: number
}

const withEnds = (title: string) => [title, `${title} low`, `${title} high`]
const cells = (of: Interval | undefined) =>
  of ? [of.value, of.lo, of.hi].map((share) => share.toFixed(4)) : ['–', '–', '–']

export function accuracyTable(points: readonly EvaluationPoint[]): ChartTable {
  const ks = [...new Set(points.flatMap(({ passAtK = [] }) => passAtK.map(({ k }) => k)))]
    .filter((k) => k > 1)
    .sort((a, b) => a - b)
  const names = [...new Set(points.flatMap(({ benchmarks = [] }) => benchmarks.map(({ name }) => name)))]
  return {
    columns: [
      ...['step', 'FLOPs', 'accuracy', 'low', 'high', 'greedy'],
      ...[...ks.map((k) => `pass@${k}`), ...names].flatMap(withEnds),
    ],
    rows: points.map(({ step, flops: spent, accuracy, greedy, passAtK, benchmarks }) => [
      ...[step, flops(spent), ...cells(accuracy), greedy?.value.toFixed(4) ?? '–'],
      ...ks.flatMap((at) => cells(passAtK?.find(({ k }) => k === at))),
      ...names.flatMap((one) => cells(benchmarks?.find(({ name }) => name === one)?.accuracy)),
    ]),
  }
}
