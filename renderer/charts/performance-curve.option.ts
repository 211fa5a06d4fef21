/**
 * Performance against compute for one run: measured points with intervals, the fitted law (thin; dashed beyond the last point),
 * its band, the ceiling with its interval; rival laws by choice. What the fit leaves out is hollow: a collapse as circles, a
 * broken evaluation as a diamond.
 */
import type { BranchCurve } from '#shared/contract/contract.ts'
import type { LawName } from '#shared/analysis/types.ts'
import { compact, flops, flopUnit } from '../format/numbers.ts'
import { mix, seriesStyle, translucent } from '../theme/paradigm-style.ts'
import { band } from './band.ts'
import { exact, type ChartTable } from './chart-table.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import { scoreAxis } from './score-axis.ts'
import { whiskers } from './whiskers.ts'

export const curveAxes = ['stage', 'total', 'step'] as const
export type CurveAxis = (typeof curveAxes)[number]

/** A law over the plot, in FLOPs of the stage. */
export interface DrawnLaw {
  readonly model: LawName
  at(flops: number): number
}

export interface PerformanceCurve {
  readonly curve: BranchCurve
  readonly x: CurveAxis
  readonly isLog: boolean
  /** Rivals that are shown beside the fit. */
  readonly rivals: readonly DrawnLaw[]
  /** A refit up to a cut takes the place of the engine's fit: no band, its ceiling without interval. */
  readonly refit: { readonly law: DrawnLaw; readonly ceiling: number | null; readonly upTo: number } | null
}

/** A rival's dash, so that laws differ in grey print too; all in one quiet colour. */
export const lawDashes: Readonly<Record<LawName, 'solid' | number[]>> = {
  sigmoid: 'solid',
  linear: [2, 3],
  log: [6, 3],
  power: [10, 4],
  exponential: [8, 3, 2, 3],
}

const statedCeiling = ({ fit }: BranchCurve) => (fit && fit.verdict !== 'not-identifiable' ? fit.aPost : null)

/** Where a place on the stage's compute lies on the axis that is shown. */
export function axisOf({ curve, x }: Pick<PerformanceCurve, 'curve' | 'x'>) {
  const last = curve.points.at(-1)
  const ends = [last?.flops ?? 0, curve.fit?.line.at(-1)?.flops ?? 0]
  const end = Math.max(...ends, 1)
  if (x === 'step') {
    const perStep = last && last.step > 0 ? last.flops / last.step : 1
    return { end, at: (value: number) => value / perStep, scale: 1 / perStep, name: 'step of this stage' }
  }
  const before = x === 'total' ? curve.beforeFlops : 0
  const unit = flopUnit((before + end) / 2)
  return {
    end,
    at: (value: number) => (before + value) / unit.factor,
    scale: 1 / unit.factor,
    name: `${x === 'total' ? 'total compute, SFT included' : 'compute of this stage'} (${unit.unit})`,
  }
}

/** Room for the ceiling's label; curve and residuals share it, so that their x axes line up. */
const rightOf = ({ curve, refit }: PerformanceCurve): number =>
  (refit ? refit.ceiling !== null : statedCeiling(curve) !== null) ? 92 : 20

function xAxisOf(drawn: PerformanceCurve, theme: ChartTheme, isNamed: boolean) {
  const axis = axisOf(drawn)
  const first = drawn.curve.points.find(({ flops: at }) => at > 0)?.flops ?? 1
  const from = drawn.x === 'total' ? axis.at(0) : 0
  return {
    ...xAxis(theme, { name: isNamed ? axis.name : '' }),
    ...(drawn.isLog
      ? { type: 'log' as const, min: axis.at(first) * 0.9, max: axis.at(axis.end) }
      : { type: 'value' as const, min: from, max: axis.at(axis.end) }),
    axisLabel: isNamed
      ? {
          ...textStyle(theme),
          hideOverlap: true,
          margin: 8,
          showMaxLabel: false,
          showMinLabel: drawn.isLog || from > 0 ? false : undefined,
          formatter: (value: number) => compact(value).replace(/\.0+(?=\D|$)/, ''),
        }
      : { show: false },
  }
}

export function performanceCurveOption(drawn: PerformanceCurve, theme: ChartTheme): ChartOption {
  const { curve, refit, rivals } = drawn
  const { tokens } = theme
  const style = seriesStyle(curve.paradigm, curve.objective, tokens)
  const axis = axisOf(drawn)
  const line = refit ? [] : (curve.fit?.line ?? [])
  const excluded = new Map(curve.fit?.excluded.map(({ step, why }) => [step, why]))
  const seen = line.filter(({ extrapolated }) => !extrapolated)
  const lastSeen = seen.at(-1)
  const beyond = [...(lastSeen ? [lastSeen] : []), ...line.filter(({ extrapolated }) => extrapolated)]
  const ceiling = refit
    ? refit.ceiling === null
      ? null
      : { value: refit.ceiling, lo: refit.ceiling, hi: refit.ceiling }
    : statedCeiling(curve)
  // What is left out has no say in the scale: a broken evaluation at 20 % would press the curve flat.
  const values = [
    ...curve.points
      .filter(({ step }) => !excluded.has(step))
      .flatMap(({ accuracy }) => [accuracy.lo * 100, accuracy.hi * 100]),
    ...(ceiling ? [Math.max(0, ceiling.lo), Math.min(100, ceiling.hi)] : []),
  ]
  const low = Math.max(0, Math.floor((Math.min(...values) - 1) / 2) * 2)
  const high = Math.min(100, Math.ceil((Math.max(...values) + 1) / 2) * 2)
  const course = (law: DrawnLaw, from: number, to: number) =>
    Array.from({ length: 61 }, (_, at) => from + ((to - from) * at) / 60).map((flopsAt) => [
      axis.at(flopsAt),
      law.at(flopsAt),
    ])
  const of = (why: 'collapse' | 'broken' | null) =>
    curve.points.filter(({ step }) => (excluded.get(step) ?? null) === why)
  const marks = (name: string, why: 'collapse' | 'broken' | null) => ({
    name,
    type: 'scatter' as const,
    symbol: why === 'broken' ? 'diamond' : 'circle',
    symbolSize: why === 'broken' ? 9 : 7,
    z: 4,
    itemStyle: why ? { color: tokens.surface, borderColor: tokens.second, borderWidth: 1.3 } : { color: tokens.text },
    data: of(why).map(({ flops: at, accuracy }) => {
      const score = accuracy.value * 100
      // Below the scale: an arrow at its edge; tooltip and table say how far.
      return score < low
        ? { value: [axis.at(at), low], symbol: 'triangle', symbolRotate: 180, symbolSize: 9, symbolOffset: [0, -6] }
        : { value: [axis.at(at), score] }
    }),
  })
  const leftOut = [
    ...(of('collapse').length > 0 ? [marks('collapse, left out', 'collapse')] : []),
    ...(of('broken').length > 0 ? [marks('broken, left out', 'broken')] : []),
  ]
  const lawStyle = (model: LawName) => ({
    color: model === 'sigmoid' ? style.colour : mix(tokens.text, tokens.surface, 0.75),
    width: 1.5,
    type: lawDashes[model],
  })
  const rivalSeries = rivals.map((law) => ({
    name: law.model,
    type: 'line' as const,
    symbol: 'none',
    silent: true,
    clip: true,
    z: 3,
    lineStyle: { ...lawStyle(law.model), width: 1.2 },
    itemStyle: { color: lawStyle(law.model).color },
    data: course(law, drawn.isLog ? axis.end / 500 : axis.end / 1e4, axis.end),
  }))
  const fitted = refit ? course(refit.law, 0, refit.upTo) : seen.map((at) => [axis.at(at.flops), at.value])
  const ahead = refit ? course(refit.law, refit.upTo, axis.end) : beyond.map((at) => [axis.at(at.flops), at.value])
  const hasLegend = leftOut.length > 0 || rivals.length > 0
  const lawName = refit ? 'sigmoid, refitted' : 'sigmoid'
  return {
    grid: plotGrid({ left: 54, right: rightOf(drawn), top: hasLegend ? 28 : 14, bottom: 42 }),
    ...(hasLegend && {
      legend: {
        top: 4,
        left: 54,
        itemWidth: 22,
        itemHeight: 8,
        itemGap: 10,
        selectedMode: false,
        textStyle: textStyle(theme),
        data: [...leftOut.map(({ name }) => name), ...rivals.map(({ model }) => model)],
      },
    }),
    tooltip: {
      trigger: 'item',
      formatter: (item: unknown) => {
        const { seriesName, dataIndex } = item as { seriesName: string; dataIndex: number }
        const why = seriesName.startsWith('collapse') ? 'collapse' : seriesName.startsWith('broken') ? 'broken' : null
        const point = of(why)[dataIndex]
        if (!point || (why === null && seriesName !== 'measured')) return seriesName
        const { value, lo, hi } = point.accuracy
        return [
          `step ${point.step} · ${flops(point.flops)}`,
          `${(value * 100).toFixed(1)} % [${(lo * 100).toFixed(1)}, ${(hi * 100).toFixed(1)}]`,
          ...(point.n > 0 ? [`avg@${point.k} on ${point.n} prompts`] : []),
          ...(why ? [`left out of the fit: ${why === 'broken' ? 'broken evaluation' : why}`] : []),
        ].join('\n')
      },
    },
    xAxis: xAxisOf(drawn, theme, true),
    yAxis: scoreAxis(theme, { low, high }, 34),
    series: [
      ...band({
        edges: line.map((at) => [axis.at(at.flops), at.lo, at.hi] as const),
        colour: style.colour,
        alpha: 0.18,
      }),
      {
        name: lawName,
        type: 'line',
        showSymbol: false,
        silent: true,
        clip: true,
        lineStyle: lawStyle('sigmoid'),
        itemStyle: { color: style.colour },
        data: fitted,
      },
      {
        name: 'extrapolated',
        type: 'line',
        showSymbol: false,
        silent: true,
        clip: true,
        lineStyle: { ...lawStyle('sigmoid'), type: 'dashed' },
        data: ahead,
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
      ...rivalSeries,
      whiskers({
        colour: tokens.third,
        data: curve.points
          .filter(({ accuracy }) => accuracy.value * 100 >= low)
          .map(({ flops: at, accuracy }) => [axis.at(at), accuracy.lo * 100, accuracy.hi * 100] as const),
      }),
      marks('measured', null),
      ...leftOut,
    ],
  }
}

export interface Residual {
  readonly flops: number
  readonly value: number
  /** Not in the fit: beyond the cut. */
  readonly isAhead: boolean
}

/** Residuals of the fit: measured minus fitted, percent points, on the curve's x axis; those ahead of a cut are hollow. */
export function residualsOption(
  drawn: PerformanceCurve,
  residuals: readonly Residual[],
  theme: ChartTheme,
): ChartOption {
  const { tokens } = theme
  const axis = axisOf(drawn)
  const most = Math.ceil(Math.max(1, ...residuals.map(({ value }) => Math.abs(value))))
  return {
    grid: plotGrid({ left: 54, right: rightOf(drawn), top: 8, bottom: 8 }),
    xAxis: xAxisOf(drawn, theme, false),
    yAxis: {
      ...yAxis(theme, { name: 'residual', nameGap: 34 }),
      type: 'value',
      min: -most,
      max: most,
      interval: most,
    },
    series: [
      {
        name: 'residual',
        type: 'scatter',
        symbolSize: 5,
        silent: true,
        data: residuals.map(({ flops: at, value, isAhead }) => ({
          value: [axis.at(at), value],
          itemStyle: isAhead
            ? { color: tokens.surface, borderColor: tokens.second, borderWidth: 1 }
            : { color: tokens.second },
        })),
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

export function performanceTable({ points, fit }: BranchCurve): ChartTable {
  const excluded = new Map(fit?.excluded.map(({ step, why }) => [step, why]))
  const percent = (share: number) => exact((share * 100).toFixed(1), share * 100)
  return {
    columns: ['step', 'FLOPs of the stage', 'total FLOPs', 'accuracy %', 'low', 'high', 'prompts', 'left out'],
    rows: points.map(({ step, flops: at, totalFlops, accuracy, n }) => [
      step,
      exact(flops(at), at),
      exact(flops(totalFlops), totalFlops),
      percent(accuracy.value),
      percent(accuracy.lo),
      percent(accuracy.hi),
      n,
      excluded.get(step) ?? '',
    ]),
  }
}

export const residualsTable = (residuals: readonly Residual[]): ChartTable => ({
  columns: ['FLOPs of the stage', 'residual (points)', 'in the fit'],
  rows: residuals.map(({ flops: at, value, isAhead }) => [
    exact(flops(at), at),
    exact(value.toFixed(2), value),
    isAhead ? 'no' : 'yes',
  ]),
})
