/** How hard the pool is, and what of it is kept: bars of the pool, the kept part in the accent over them. Bars start at 0. */
import type { Histogram, Scorer } from '#shared/contract/datasets.ts'
import { compact, count, percent, tick } from '../format/numbers.ts'
import { plotGrid, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import type { Range } from './brush-range.ts'
import type { ChartTable } from './chart-table.ts'
import { scorerWords } from './scorer-words.ts'

/** Fixed, because the brush lies over it: ECharts must not move the plot to make room for labels. */
export const histogramGrid = {
  ...plotGrid({ left: 56, right: 14, top: 10, bottom: 40 }),
  outerBoundsMode: 'none' as const,
}

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
        name: scorerWords(scorer),
      }),
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...yAxis(theme, { name: 'rows', nameGap: 40 }),
      axisLabel: { ...yAxis(theme, { name: '' }).axisLabel, formatter: tick },
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
  const all = sum(histogram.pool)
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
export function histogramFinding(histogram: Histogram, scorer: Scorer, [from, to]: Range): string {
  const all = sum(histogram.pool)
  if (all === 0) return 'Nothing to draw'
  if (from !== null || to !== null)
    return `${percent(sum(histogram.kept) / all)} of the pool ${measured(scorer, rangeWords(from, to))}`
  if (!histogram.quartiles) return `The pool by ${scorer.title.toLowerCase()}`
  const [low, , high] = histogram.quartiles
  return `Half of the pool ${measured(scorer, rangeWords(low, high))}`
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** `has 3 to 6 operators` where the unit counts things, `lies at pass_rate 0.2 to 0.6` where it does not. */
const measured = ({ title, unit, integer }: Scorer, words: string): string =>
  integer && unit ? `has ${words} ${unit}` : `lies at ${title.toLowerCase()} ${words}`

function rangeWords(from: number | null, to: number | null): string {
  if (from === null) return `${compact(to ?? 0)} or less`
  if (to === null) return `${compact(from)} or more`
  return from === to ? compact(from) : `${compact(from)} to ${compact(to)}`
}
