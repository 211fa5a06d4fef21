/** Where the rows come from: one bar a source, the largest on top. */
import { count, tick } from '../format/numbers.ts'
import { plotGrid, textStyle, xAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'

export interface SourceCount {
  readonly source: string
  readonly rows: number
}

const shownSources = 12

export function sourceBarsOption(sources: readonly SourceCount[], theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const shown = [...sources]
    .sort((a, b) => b.rows - a.rows)
    .slice(0, shownSources)
    .reverse()
  return {
    grid: plotGrid({ left: 110, right: 60, top: 8, bottom: 40 }),
    xAxis: {
      type: 'value',
      min: 0,
      ...xAxis(theme, { name: 'rows' }),
      axisLabel: { ...textStyle(theme), formatter: tick, hideOverlap: true },
    },
    yAxis: {
      type: 'category',
      data: shown.map(({ source }) => source),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...textStyle(theme), width: 96, overflow: 'truncate' },
    },
    series: [
      {
        type: 'bar',
        barMaxWidth: 18,
        silent: true,
        data: shown.map(({ rows }) => rows),
        itemStyle: { color: tokens.recessed, borderRadius: [0, 2, 2, 0] },
        label: { show: true, position: 'right', formatter: ({ value }) => count(Number(value)), ...textStyle(theme) },
      },
    ],
  }
}
