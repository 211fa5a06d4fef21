/** How hard the pool is, and what of it is kept: bars of the pool, the kept part in the accent over them. Bars start at 0. */
import type { Histogram, Scorer } from '#shared/contract/datasets.ts'
import { compact, count, percent } from '../format/numbers.ts'
import { plotGrid, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import type { ChartTable } from './chart-table.ts'

export const histogramGrid = plotGrid({ left: 48, right: 14, top: 10, bottom: 40 })

/** The name of a bin: its one value for integers, its bounds otherwise. */
export function binName({ edges }: Histogram, bin: number, { integer }: Pick<Scorer, 'integer'>): string {
  const from = edges[bin] ?? 0
  const to = edges[bin + 1] ?? from
  if (integer) {
    const first = Math.ceil(from)
    const last = Math.ceil(to) - 1
    return first >= last ? count(first) : `${count(first)}–${count(last)}`
  }
  return `${compact(from)}–${compact(to)}`
}

export function histogramOption(histogram: Histogram, scorer: Scorer, theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const names = histogram.pool.map((_, bin) => binName(histogram, bin, scorer))
  const bar = { type: 'bar' as const, barGap: '-100%', barCategoryGap: '10%', silent: true }
  return {
    grid: histogramGrid,
    xAxis: {
      type: 'category',
      data: names,
      ...xAxis(theme, {
        name:
          scorer.unit && scorer.unit !== scorer.title.toLowerCase()
            ? `${scorer.title.toLowerCase()} (${scorer.unit})`
            : scorer.title.toLowerCase(),
      }),
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...yAxis(theme, { name: 'rows', nameGap: 36 }),
      axisLabel: { ...yAxis(theme, { name: '' }).axisLabel, formatter: compact },
    },
    series: [
      {
        ...bar,
        name: 'pool',
        data: [...histogram.pool],
        itemStyle: { color: tokens.recessed, borderRadius: [2, 2, 0, 0] },
      },
      {
        ...bar,
        name: 'kept',
        data: [...histogram.kept],
        itemStyle: { color: tokens.accent, borderRadius: [2, 2, 0, 0] },
      },
    ],
  }
}

export function histogramTable(histogram: Histogram, scorer: Scorer): ChartTable {
  const all = histogram.pool.reduce((sum, rows) => sum + rows, 0)
  return {
    columns: [scorer.title.toLowerCase(), 'rows', 'share', 'kept'],
    rows: histogram.pool.map((rows, bin) => [
      binName(histogram, bin, scorer),
      count(rows),
      percent(all ? rows / all : 0),
      count(histogram.kept[bin] ?? 0),
    ]),
  }
}

/** The pane's title: what the histogram shows, said in a sentence. */
export function histogramFinding(
  histogram: Histogram,
  scorer: Scorer,
  range: readonly [number | null, number | null],
): string {
  const all = histogram.pool.reduce((sum, rows) => sum + rows, 0)
  if (all === 0) return 'Nothing to draw'
  const unit = scorer.title.toLowerCase()
  const [from, to] = range
  if (from !== null || to !== null) {
    const kept = histogram.kept.reduce((sum, rows) => sum + rows, 0)
    const which =
      from !== null && to !== null
        ? from === to
          ? compact(from)
          : `${compact(from)} to ${compact(to)}`
        : from !== null
          ? `${compact(from)} or more`
          : `${compact(to ?? 0)} or less`
    return `${percent(kept / all)} of the pool lies at ${unit} ${which}`
  }
  const [low, , high] = histogram.quartiles ?? []
  if (low === undefined || high === undefined) return `The pool by ${unit}`
  return low === high
    ? `Half of the pool has ${unit} ${compact(low)}`
    : `Half of the pool lies at ${unit} ${compact(low)} to ${compact(high)}`
}
