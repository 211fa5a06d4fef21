/**
 * One metric of a run: the raw line faint behind the smoothed one, x by step, tokens, FLOPs or time. Series that share a panel
 * (validation and training loss) are told apart by weight, dash and a label at the end. Events are ticks on the axis.
 */
import { metricInfo } from '#shared/contract/metrics.ts'
import type { EvaluationPoint, Series } from '#shared/contract/runs.ts'
import { smoothed } from '../curves/smoothing.ts'
import { compact, flopUnit, plain, scientific } from '../format/numbers.ts'
import { duration } from '../format/times.ts'
import { translucent } from '../theme/paradigm-style.ts'
import { band } from './band.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'

export const xChoices = ['step', 'tokens', 'flops', 'time'] as const
export type XChoice = (typeof xChoices)[number]

export interface MetricChart {
  /** The first is the one the panel is about. */
  readonly series: readonly Series[]
  readonly x: XChoice
  readonly smooth: number
  readonly colour: string
}

const column = { step: 'step', tokens: 'tokens', flops: 'flops', time: 'wallMs' } as const

/** An axis label: no digits that say nothing. */
const tick = (value: number): string => {
  const size = Math.abs(value)
  if (value === 0) return '0'
  if (size >= 1000) return compact(value)
  return size < 1e-3 ? scientific(value) : String(Number(value.toPrecision(4))).replace('-', '\u2212')
}

/** How the x axis is read: factor to divide by, words, labels. */
export function xReading(x: XChoice, largest: number) {
  if (x === 'flops') {
    const { factor, unit } = flopUnit(largest)
    return { factor, name: unit, label: tick }
  }
  if (x === 'time') return { factor: 1000, name: 'time', label: (value: number) => duration(value) }
  return { factor: 1, name: x === 'step' ? 'step' : 'tokens', label: (value: number) => compact(value) }
}

/**
 * A series that is zero throughout lies on the axis, it does not float in an invented range; one that is constant but for the
 * rounding of its smoothing is a flat line half way up.
 */
function constantRange(isPercent: boolean) {
  const isConstant = ({ min, max }: Extent) => min !== 0 && max - min <= 1e-6 * Math.abs(max)
  return {
    min: (extent: Extent) => (isConstant(extent) ? Math.min(0, 2 * extent.min) : null),
    max: (extent: Extent) =>
      extent.min === 0 && extent.max === 0
        ? isPercent
          ? 0.04
          : 1
        : isConstant(extent)
          ? Math.max(0, 2 * extent.max)
          : null,
  }
}

interface Extent {
  readonly min: number
  readonly max: number
}

function frame(theme: ChartTheme, x: XChoice, largest: number, isPercent: boolean, right = 14) {
  const reading = xReading(x, largest)
  return {
    reading,
    grid: plotGrid({ left: 46, right, top: 8, bottom: 24 }),
    xAxis: {
      ...xAxis(theme, { name: '' }),
      type: 'value' as const,
      min: 0,
      max: largest / reading.factor || 1,
      axisLabel: { ...textStyle(theme), hideOverlap: true, margin: 6, formatter: reading.label, showMaxLabel: false },
    },
    yAxis: {
      ...yAxis(theme, { name: '' }),
      type: 'value' as const,
      scale: true,
      splitNumber: 4,
      ...constantRange(isPercent),
      axisLabel: {
        ...textStyle(theme),
        margin: 8,
        formatter: (value: number) => (isPercent ? `${tick(value * 100)}\u202f%` : tick(value)),
      },
    },
  }
}

export function metricOption({ series, x, smooth, colour }: MetricChart, theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const largest = Math.max(1, ...series.map((one) => one[column[x]].at(-1) ?? 0))
  const isPercent = metricInfo(series[0]?.key ?? '').percent ?? false
  const isPair = series.length > 1
  const { reading, ...axes } = frame(theme, x, largest, isPercent, isPair ? 66 : 14)
  const values = (one: Series, of: readonly number[]) =>
    of.map((value, at) => [one[column[x]][at]! / reading.factor, value])
  return {
    ...axes,
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'line' },
      formatter: (items: unknown) => {
        const list = items as { seriesName: string; value: [number, number] }[]
        const at = list[0]?.value[0]
        return [
          at === undefined ? '' : `${reading.name} ${reading.label(at)}`,
          ...list
            .filter(({ seriesName }) => !seriesName.endsWith('raw'))
            .map(
              ({ seriesName, value }) =>
                `${seriesName} ${isPercent ? `${(value[1] * 100).toFixed(1)} %` : plain(value[1], 4)}`,
            ),
        ].join('\n')
      },
    },
    series: series.flatMap((one, at) => {
      const own = at === 0 ? colour : tokens.third
      const points = one.step.length
      // Validation losses are few and exact: drawn as measured, never smoothed.
      const isMeasured = one.key.startsWith('val/')
      const name = isPair ? one.key.split('/')[0]! : metricInfo(one.key).title
      return [
        ...(isMeasured || smooth === 0
          ? []
          : [
              {
                name: `${name} raw`,
                type: 'line' as const,
                showSymbol: false,
                silent: true,
                sampling: 'minmax' as const,
                lineStyle: { color: translucent(own, 0.32), width: 1 },
                data: values(one, one.value),
              },
            ]),
        {
          name,
          type: 'line' as const,
          showSymbol: isMeasured || points === 1,
          symbol: 'circle',
          symbolSize: 5,
          z: 3 - at,
          lineStyle: {
            color: own,
            width: at === 0 ? 1.8 : 1.2,
            type: at === 0 ? ('solid' as const) : ('dashed' as const),
          },
          itemStyle: { color: own },
          endLabel: {
            show: isPair,
            formatter: isMeasured ? 'validation' : 'training',
            distance: 6,
            ...textStyle(theme, 11, at === 0 ? tokens.text : tokens.second),
          },
          labelLayout: { moveOverlap: 'shiftY' as const },
          data: values(one, isMeasured ? one.value : smoothed(one.value, smooth)),
        },
      ]
    }),
  }
}

/** Test accuracy by evaluation: avg@k as points on a line with its interval as a band, the greedy answer dashed. */
export function accuracyOption(
  points: readonly EvaluationPoint[],
  evalSeries: Series | undefined,
  x: XChoice,
  colour: string,
  theme: ChartTheme,
): ChartOption {
  const { tokens } = theme
  const at = (point: EvaluationPoint): number => {
    if (x === 'step') return point.step
    if (x === 'flops') return point.flops
    const index = evalSeries?.step.indexOf(point.step) ?? -1
    return index < 0 ? Number.NaN : (evalSeries?.[column[x]][index] ?? Number.NaN)
  }
  const placed = points.map((point) => ({ point, x: at(point) })).filter((one) => Number.isFinite(one.x))
  const largest = Math.max(1, placed.at(-1)?.x ?? 0)
  const { reading, ...axes } = frame(theme, x, largest, true, 66)
  const line = (value: (point: EvaluationPoint) => number | null) =>
    placed.map((one) => [one.x / reading.factor, value(one.point) ?? '-'])
  return {
    ...axes,
    tooltip: {
      trigger: 'axis',
      formatter: (items: unknown) => {
        const [first] = items as { dataIndex: number }[]
        const point = first && placed[first.dataIndex]?.point
        if (!point) return ''
        const text = ({ value, lo, hi }: { value: number; lo: number; hi: number }) =>
          `${(value * 100).toFixed(1)} % [${(lo * 100).toFixed(1)}, ${(hi * 100).toFixed(1)}]`
        return [
          `step ${point.step}`,
          `avg@${point.k} ${text(point.accuracy)}`,
          ...(point.greedy ? [`greedy ${text(point.greedy)}`] : []),
          ...(point.passAtK ?? []).filter(({ k }) => k > 1).map((one) => `pass@${one.k} ${text(one)}`),
          ...(point.benchmarks ?? []).map(({ name, n, accuracy }) => `${name} (${n}) ${text(accuracy)}`),
          `${point.n} test prompts`,
        ].join('\n')
      },
    },
    series: [
      ...band({
        edges: placed.map(({ x: place, point: { accuracy } }) => [place / reading.factor, accuracy.lo, accuracy.hi]),
        colour,
        alpha: 0.14,
      }),
      {
        name: 'avg@k',
        type: 'line',
        symbol: 'circle',
        symbolSize: 6,
        lineStyle: { color: colour, width: 1.8 },
        itemStyle: { color: colour },
        endLabel: {
          show: true,
          formatter: `avg@${placed.at(-1)?.point.k ?? ''}`,
          distance: 6,
          ...textStyle(theme, 11, tokens.text),
        },
        labelLayout: { moveOverlap: 'shiftY' },
        data: line(({ accuracy }) => accuracy.value),
      },
      {
        name: 'greedy',
        type: 'line',
        symbol: 'circle',
        symbolSize: 4,
        lineStyle: { color: tokens.third, width: 1.2, type: 'dashed' },
        itemStyle: { color: tokens.third },
        endLabel: { show: true, formatter: 'greedy', distance: 6, ...textStyle(theme, 11, tokens.second) },
        labelLayout: { moveOverlap: 'shiftY' },
        data: line(({ greedy }) => greedy?.value ?? null),
      },
    ],
  }
}
