/**
 * What RL made of each switch point: P_sft along the SFT run as a line, A_post of measured branches as points with their
 * intervals; a ceiling that is not identified is a hollow point at the best score seen, with an arrow up.
 */
import type { RegimeResult } from '#shared/analysis/types.ts'
import type { EvaluationPoint } from '#shared/contract/runs.ts'
import { compact } from '../format/numbers.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import { regimeAreas } from './regime-areas.ts'

export interface MeasuredSwitch {
  readonly step: number
  readonly name: string
  readonly value: number
  /** Null: no ceiling; `value` is then the best score seen. */
  readonly interval: { readonly lo: number; readonly hi: number } | null
}

export interface AfterRl {
  readonly regimes: RegimeResult | null
  readonly evaluations: readonly EvaluationPoint[]
  readonly branches: readonly MeasuredSwitch[]
  readonly end: number
}

export function afterRlOption({ regimes, evaluations, branches, end }: AfterRl, theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const values = [
    ...evaluations.flatMap(({ accuracy }) => [accuracy.lo * 100, accuracy.hi * 100]),
    ...branches.flatMap(({ value, interval }) => (interval ? [interval.lo, interval.hi] : [value])),
  ]
  const low = Math.max(0, Math.floor((Math.min(100, ...values) - 2) / 5) * 5)
  const high = Math.min(100, Math.ceil((Math.max(0, ...values) + 2) / 5) * 5)
  return {
    grid: plotGrid({ left: 58, right: 78, top: 12, bottom: 40 }),
    tooltip: {
      trigger: 'item',
      formatter: (item: unknown) => {
        const { seriesName, dataIndex } = item as { seriesName: string; dataIndex: number }
        const branch = seriesName === 'A_post' ? branches[dataIndex] : undefined
        if (branch)
          return branch.interval
            ? `${branch.name}\nA_post ${branch.value.toFixed(1)} [${branch.interval.lo.toFixed(1)}, ${branch.interval.hi.toFixed(1)}]`
            : `${branch.name}\nbest seen ${branch.value.toFixed(1)}; ceiling not identifiable yet`
        const point = evaluations[dataIndex]
        return point ? `step ${point.step}\nP_sft ${(point.accuracy.value * 100).toFixed(1)} %` : ''
      },
    },
    xAxis: {
      ...xAxis(theme, { name: 'SFT step at the switch' }),
      type: 'value',
      min: 0,
      max: end,
      axisLabel: { ...textStyle(theme), hideOverlap: true, showMaxLabel: end % 50 === 0, formatter: compact },
    },
    yAxis: {
      ...yAxis(theme, { name: 'accuracy (%)', nameGap: 42 }),
      type: 'value',
      min: low,
      max: high,
      axisLabel: { ...textStyle(theme), margin: 8, showMinLabel: low % 10 === 0, showMaxLabel: high % 10 === 0 },
    },
    series: [
      {
        name: 'P_sft',
        type: 'line',
        symbol: 'circle',
        symbolSize: 4,
        z: 3,
        lineStyle: { color: tokens.third, width: 1.4 },
        itemStyle: { color: tokens.third },
        endLabel: { show: true, formatter: 'P_sft', distance: 8, ...textStyle(theme, 11, tokens.second) },
        data: evaluations.map(({ step, accuracy }) => [step, accuracy.value * 100]),
        ...(regimes && { markArea: regimeAreas(regimes, end, theme, false) }),
      },
      {
        name: 'interval',
        type: 'custom',
        silent: true,
        z: 4,
        data: branches.flatMap(({ step, interval }) => (interval ? [[step, interval.lo, interval.hi]] : [])),
        renderItem: (_params: unknown, api: { value(i: number): unknown; coord(at: number[]): number[] }) => {
          const [x, top] = api.coord([Number(api.value(0)), Number(api.value(2))]) as [number, number]
          const [, bottom] = api.coord([Number(api.value(0)), Number(api.value(1))]) as [number, number]
          return {
            type: 'line' as const,
            shape: { x1: x, y1: top, x2: x, y2: bottom },
            style: { stroke: tokens.sequential, lineWidth: 2 },
          }
        },
      },
      {
        name: 'A_post',
        type: 'scatter',
        symbolSize: 10,
        z: 5,
        data: branches.map(({ step, value, interval }) => ({
          value: [step, value],
          symbol: interval ? 'circle' : 'triangle',
          itemStyle: interval
            ? { color: tokens.sequential }
            : { color: tokens.surface, borderColor: tokens.sequential, borderWidth: 1.5 },
          label: {
            show: true,
            position: step < end * 0.85 ? ('right' as const) : ('left' as const),
            formatter: interval ? value.toFixed(1) : `≥ ${value.toFixed(1)}`,
            ...textStyle(theme, 11, tokens['sequential-text']),
          },
        })),
      },
    ],
  }
}
