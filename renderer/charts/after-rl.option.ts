/**
 * What RL made of each switch point: P_sft along the SFT run as a line, A_post of measured branches as points with their
 * intervals, what is predicted for the checkpoints between them as a dashed line with its band and a ring at the marker; a ceiling that is not identified is a hollow point at the best score seen, with an arrow up.
 */
import type { RegimeResult } from '#shared/analysis/types.ts'
import type { EvaluationPoint } from '#shared/contract/runs.ts'
import { band } from './band.ts'
import { plotGrid, textStyle, xAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import { regimeAreas } from './regime-areas.ts'
import { axisTick, type RunAxis } from './run-axis.ts'
import { scoreAxis, scoreRange } from './score-axis.ts'
import { switchPlotRight } from './validation-curve.option.ts'
import { whiskers } from './whiskers.ts'

export interface MeasuredSwitch {
  readonly step: number
  readonly name: string
  readonly value: number
  /** Null: no ceiling; `value` is then the best score seen. */
  readonly interval: { readonly lo: number; readonly hi: number } | null
  /** As the source of an imported branch prints it. */
  readonly isPrinted?: boolean
}

/** Ceilings of checkpoints that nobody branched from, by step; the model is named wherever they are drawn. */
export interface CheckpointPrediction {
  readonly model: string
  readonly points: readonly {
    readonly step: number
    readonly value: number
    readonly lo: number
    readonly hi: number
  }[]
}

export interface AfterRl {
  readonly regimes: Pick<RegimeResult, 'intervals'> | null
  /** Where no chart above names them. */
  readonly namesRegimes?: boolean
  readonly evaluations: readonly EvaluationPoint[]
  readonly branches: readonly MeasuredSwitch[]
  readonly predicted: CheckpointPrediction | null
  /** Step of the marker. */
  readonly at: number
  readonly axis: RunAxis
}

export function afterRlOption(
  { regimes, namesRegimes = false, evaluations, branches, predicted, at, axis }: AfterRl,
  theme: ChartTheme,
): ChartOption {
  const { tokens } = theme
  const { end, place } = axis
  const line = predicted?.points ?? []
  const here = branches.some(({ step }) => step === at) ? undefined : line.find(({ step }) => step === at)
  const values = [
    ...line.flatMap(({ lo, hi }) => [lo, hi]),
    ...evaluations.flatMap(({ accuracy }) => [accuracy.lo * 100, accuracy.hi * 100]),
    ...branches.flatMap(({ value, interval }) => (interval ? [interval.lo, interval.hi] : [value])),
  ]
  return {
    grid: plotGrid({ left: 58, right: switchPlotRight, top: 12, bottom: 40 }),
    tooltip: {
      trigger: 'item',
      formatter: (item: unknown) => {
        const { seriesName, dataIndex } = item as { seriesName: string; dataIndex: number }
        const branch = seriesName === 'A_post' ? branches[dataIndex] : undefined
        if (branch)
          return branch.isPrinted
            ? `${branch.name}\nA_post ${branch.value.toFixed(1)}, as printed`
            : branch.interval
              ? `${branch.name}\nA_post ${branch.value.toFixed(1)} [${branch.interval.lo.toFixed(1)}, ${branch.interval.hi.toFixed(1)}]`
              : `${branch.name}\nbest seen ${branch.value.toFixed(1)}; ceiling not identifiable yet`
        const guess = seriesName === 'predicted' ? here : undefined
        if (guess)
          return `step ${guess.step}, no branch\nA_post ${guess.value.toFixed(1)} [${guess.lo.toFixed(1)}, ${guess.hi.toFixed(1)}]\n${predicted!.model}`
        const point = evaluations[dataIndex]
        return point ? `step ${point.step}\nP_sft ${(point.accuracy.value * 100).toFixed(1)} %` : ''
      },
    },
    xAxis: {
      ...xAxis(theme, { name: `${axis.name}, at the switch` }),
      type: 'value',
      min: 0,
      max: end,
      axisLabel: { ...textStyle(theme), hideOverlap: true, showMaxLabel: end % 50 === 0, formatter: axisTick },
    },
    yAxis: scoreAxis(theme, scoreRange(values, 4), 42),
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
        data: evaluations.map(({ step, accuracy }) => [place(step), accuracy.value * 100]),
        ...(regimes && { markArea: regimeAreas(regimes, end, theme, namesRegimes, place) }),
      },
      ...band({
        name: 'prediction band',
        edges: line.map(({ step, lo, hi }) => [place(step), lo, hi] as const),
        colour: tokens.sequential,
        alpha: 0.16,
      }),
      {
        name: 'prediction',
        type: 'line',
        showSymbol: false,
        silent: true,
        z: 3,
        lineStyle: { color: tokens.sequential, width: 1.4, type: 'dashed' },
        endLabel: {
          show: true,
          formatter: 'A_post',
          distance: 8,
          ...textStyle(theme, 11, tokens['sequential-text']),
        },
        data: line.map(({ step, value }) => [place(step), value]),
      },
      {
        name: 'predicted',
        type: 'scatter',
        symbol: 'circle',
        symbolSize: 11,
        z: 6,
        itemStyle: { color: tokens.surface, borderColor: tokens.accent, borderWidth: 2 },
        data: here ? [[place(here.step), here.value]] : [],
      },
      whiskers({
        colour: tokens.sequential,
        width: 2,
        opacity: 1,
        z: 4,
        data: branches.flatMap(({ step, interval }) =>
          interval ? [[place(step), interval.lo, interval.hi] as const] : [],
        ),
      }),
      {
        name: 'A_post',
        type: 'scatter',
        symbolSize: 10,
        z: 5,
        data: branches.map(({ step, value, interval }) => ({
          value: [place(step), value],
          symbol: interval ? 'circle' : 'triangle',
          itemStyle: interval
            ? { color: tokens.sequential }
            : { color: tokens.surface, borderColor: tokens.sequential, borderWidth: 1.5 },
          label: {
            show: true,
            // Beside the marker, over every other point.
            position: step === at ? ('right' as const) : ('top' as const),
            distance: 8,
            formatter: interval ? value.toFixed(1) : `≥ ${value.toFixed(1)}`,
            ...textStyle(theme, 11, tokens['sequential-text']),
            textBorderColor: tokens.surface,
            textBorderWidth: 3,
          },
        })),
        // The table beside the chart has every number.
        labelLayout: { hideOverlap: true },
      },
    ],
  }
}
