/**
 * Performance against compute for one run: measured points with intervals, the fitted law (thin; dashed beyond the last point),
 * its band, the ceiling with its interval. Excluded points (collapse, broken evaluation) are hollow.
 */
import type { BranchCurve } from '#shared/contract/contract.ts'
import { flops, flopUnit } from '../format/numbers.ts'
import { seriesStyle, translucent } from '../theme/paradigm-style.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'

const ceilingOf = ({ fit }: BranchCurve) => (fit && fit.verdict !== 'not-identifiable' ? fit.aPost : null)
/** Room for the ceiling's label; curve and residuals share it, so that their x axes line up. */
const rightOf = (curve: BranchCurve): number => (ceilingOf(curve) ? 92 : 18)

export function performanceCurveOption(curve: BranchCurve, theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const style = seriesStyle(curve.paradigm, curve.objective, tokens)
  const line = curve.fit?.line ?? []
  const largest = Math.max(...curve.points.map((point) => point.flops), line.at(-1)?.flops ?? 0, 1)
  const { factor, unit } = flopUnit(largest)
  const excluded = new Map(curve.fit?.excluded.map(({ step, why }) => [step, why]))
  const x = (value: number) => value / factor
  const measured = line.filter(({ extrapolated }) => !extrapolated)
  const lastMeasured = measured.at(-1)
  const beyond = [...(lastMeasured ? [lastMeasured] : []), ...line.filter(({ extrapolated }) => extrapolated)]
  const ceiling = ceilingOf(curve)
  const values = [
    ...curve.points.flatMap(({ accuracy }) => [accuracy.lo * 100, accuracy.hi * 100]),
    ...(ceiling ? [ceiling.lo, Math.min(100, ceiling.hi)] : []),
  ]
  const low = Math.max(0, Math.floor((Math.min(...values) - 1) / 2) * 2)
  const high = Math.min(100, Math.ceil((Math.max(...values) + 1) / 2) * 2)
  // Limits that are no round numbers get no label of their own.
  const edgeFree = { ...textStyle(theme), margin: 8, showMinLabel: low % 10 === 0, showMaxLabel: high % 10 === 0 }
  return {
    grid: plotGrid({ left: 54, right: rightOf(curve), top: 14, bottom: 42 }),
    tooltip: {
      trigger: 'item',
      formatter: (item: unknown) => {
        const { seriesName, dataIndex } = item as { seriesName: string; dataIndex: number }
        const point = curve.points[dataIndex]
        if (seriesName !== 'measured' || !point) return seriesName
        const { value, lo, hi } = point.accuracy
        const why = excluded.get(point.step)
        return [
          `step ${point.step} · ${flops(point.flops)}`,
          `${(value * 100).toFixed(1)} % [${(lo * 100).toFixed(1)}, ${(hi * 100).toFixed(1)}]`,
          `avg@${point.k} on ${point.n} prompts`,
          ...(why ? [`left out of the fit: ${why}`] : []),
        ].join('\n')
      },
    },
    xAxis: {
      ...xAxis(theme, { name: `compute of this stage (${unit})` }),
      type: 'value',
      min: 0,
      max: x(Math.max(largest, line.at(-1)?.flops ?? 0)),
      axisLabel: { ...xAxis(theme, { name: '' }).axisLabel, showMaxLabel: false },
    },
    yAxis: {
      ...yAxis(theme, { name: 'accuracy (%)', nameGap: 34 }),
      type: 'value',
      min: low,
      max: high,
      axisLabel: edgeFree,
    },
    series: [
      bandEdge(
        'band',
        line.map((at) => [x(at.flops), at.lo]),
      ),
      {
        ...bandEdge(
          'band',
          line.map((at) => [x(at.flops), at.hi - at.lo]),
        ),
        areaStyle: { color: translucent(style.colour, 0.18), opacity: 1 },
      },
      {
        name: 'fitted law',
        type: 'line',
        showSymbol: false,
        silent: true,
        lineStyle: { color: style.colour, width: 1.5 },
        data: measured.map((at) => [x(at.flops), at.value]),
      },
      {
        name: 'extrapolated',
        type: 'line',
        showSymbol: false,
        silent: true,
        lineStyle: { color: style.colour, width: 1.5, type: 'dashed' },
        data: beyond.map((at) => [x(at.flops), at.value]),
        ...(ceiling && {
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: style.colour, width: 1, type: 'solid' as const },
            label: {
              ...textStyle(theme, 11, style.textColour),
              position: 'end' as const,
              formatter: `A_post ${ceiling.value.toFixed(1)}`,
            },
            data: [{ yAxis: ceiling.value }],
          },
          markArea: {
            silent: true,
            itemStyle: { color: translucent(style.colour, 0.09) },
            data: [[{ yAxis: Math.max(low, ceiling.lo) }, { yAxis: Math.min(high, ceiling.hi) }]],
          },
        }),
      },
      whiskers(curve, x, tokens.third),
      {
        name: 'measured',
        type: 'scatter',
        symbolSize: 7,
        z: 4,
        data: curve.points.map((point) => ({
          value: [x(point.flops), point.accuracy.value * 100],
          itemStyle: excluded.has(point.step)
            ? { color: tokens.surface, borderColor: tokens.second, borderWidth: 1.2 }
            : { color: tokens.text },
        })),
      },
    ],
  }
}

/** One of the two stacked lines that a band is made of. */
const bandEdge = (stack: string, data: number[][]) => ({
  type: 'line' as const,
  stack,
  stackStrategy: 'all' as const,
  showSymbol: false,
  silent: true,
  lineStyle: { opacity: 0 },
  data,
})

const whiskers = (curve: BranchCurve, x: (value: number) => number, colour: string) => ({
  name: 'interval',
  type: 'custom' as const,
  silent: true,
  z: 3,
  data: curve.points.map((point) => [x(point.flops), point.accuracy.lo * 100, point.accuracy.hi * 100]),
  renderItem: (_params: unknown, api: { value(i: number): unknown; coord(at: number[]): number[] }) => {
    const at = Number(api.value(0))
    const [px, top] = api.coord([at, Number(api.value(2))]) as [number, number]
    const [, bottom] = api.coord([at, Number(api.value(1))]) as [number, number]
    return {
      type: 'line' as const,
      shape: { x1: px, y1: top, x2: px, y2: bottom },
      style: { stroke: colour, lineWidth: 1, opacity: 0.7 },
    }
  },
})

/** Residuals of the fit: measured minus fitted, percent points, against the stage's compute. */
export function residualsOption(curve: BranchCurve, theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const residuals = curve.fit?.residuals ?? []
  const { factor } = flopUnit(
    Math.max(...curve.points.map((point) => point.flops), curve.fit?.line.at(-1)?.flops ?? 0, 1),
  )
  const most = Math.max(1, ...residuals.map(({ value }) => Math.abs(value)))
  return {
    grid: plotGrid({ left: 54, right: rightOf(curve), top: 8, bottom: 8 }),
    xAxis: {
      ...xAxis(theme, { name: '' }),
      type: 'value',
      min: 0,
      max: Math.max(...curve.points.map((point) => point.flops), curve.fit?.line.at(-1)?.flops ?? 0, 1) / factor,
      axisLabel: { show: false },
    },
    yAxis: {
      ...yAxis(theme, { name: 'residual', nameGap: 34 }),
      type: 'value',
      min: -Math.ceil(most),
      max: Math.ceil(most),
      interval: Math.ceil(most),
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 5,
        silent: true,
        itemStyle: { color: tokens.second },
        data: residuals.map(({ flops: at, value }) => [at / factor, value]),
        markLine: {
          silent: true,
          symbol: 'none',
          label: { show: false },
          lineStyle: { color: tokens.third, type: 'solid', width: 1 },
          data: [{ yAxis: 0 }],
        },
      },
    ],
  }
}
