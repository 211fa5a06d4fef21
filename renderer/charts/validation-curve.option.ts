/**
 * Validation loss of an SFT run over its regimes, the training loss dashed behind it, the Stable threshold dotted, the minimum
 * ringed; other runs' validation losses on the same axis, receding.
 */
import type { RegimeResult } from '#shared/analysis/types.ts'
import { smoothed } from '../curves/smoothing.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import { axisTick, type RunAxis } from './run-axis.ts'
import { regimeAreas } from './regime-areas.ts'

/** Room for the lines' names; both charts of the view share it, so that their x axes line up. */
export const switchPlotRight = 84
const dashes = ['solid', 'dashed', 'dotted'] as const

export interface ValidationCurve {
  readonly regimes: RegimeResult
  readonly training: readonly { readonly step: number; readonly loss: number }[]
  readonly axis: RunAxis
  readonly others: readonly OtherCurve[]
}

export interface OtherCurve {
  readonly name: string
  /** On the axis. */
  readonly points: readonly (readonly [x: number, loss: number])[]
}

export function validationCurveOption(
  { regimes, training, axis, others }: ValidationCurve,
  theme: ChartTheme,
): ChartOption {
  const { tokens } = theme
  const { end, place } = axis
  const losses = regimes.points.map(({ loss }) => loss)
  // The first points of a run tower over the band that decides: the axis ends where three quarters of the curve lie.
  const sorted = [...losses, ...others.flatMap(({ points }) => points.map(([, loss]) => loss))].sort((a, b) => a - b)
  const top = Math.max(
    sorted[Math.floor(sorted.length * 0.75)] ?? 1,
    regimes.minLoss * (1 + 3 * regimes.thresholds.mild),
  )
  // The training loss may leave the plot at the bottom: the question is where the validation loss turns.
  const lowest = Math.min(regimes.minLoss, ...others.flatMap(({ points }) => points.map(([, loss]) => loss)))
  const low = Math.max(lowest * 0.75, Math.min(lowest, ...training.map(({ loss }) => loss)))
  const span = top - low
  // One batch's loss jumps by more than the regimes are wide: the training loss is drawn as its course.
  const trained = smoothed(
    training.map(({ loss }) => loss),
    0.9,
  )
  return {
    grid: plotGrid({ left: 58, right: switchPlotRight, top: 12, bottom: 40 }),
    tooltip: {
      trigger: 'axis',
      formatter: (items: unknown) => {
        const [first] = items as { value: [number, number] }[]
        const point = first && regimes.points.find(({ step }) => place(step) === first.value[0])
        if (!point) return first ? axisTick(first.value[0]) : ''
        const above = (point.loss / regimes.minLoss - 1) * 100
        return `step ${point.step}\nvalidation ${point.loss.toFixed(4)} (+${above.toFixed(1)} %)\n${point.regime.replaceAll('-', ' ')}`
      },
    },
    xAxis: {
      ...xAxis(theme, { name: axis.name }),
      type: 'value',
      min: 0,
      max: end,
      axisLabel: { ...textStyle(theme), hideOverlap: true, showMaxLabel: end % 50 === 0, formatter: axisTick },
    },
    yAxis: {
      ...yAxis(theme, { name: 'loss (nats/token)', nameGap: 42 }),
      type: 'value',
      min: Math.max(0, low - span * 0.12),
      max: top + span * 0.05,
      axisLabel: {
        ...textStyle(theme),
        margin: 8,
        showMinLabel: false,
        showMaxLabel: false,
        formatter: (value: number) => value.toFixed(2),
      },
    },
    series: [
      {
        name: 'training',
        type: 'line',
        showSymbol: false,
        silent: true,
        clip: true,
        sampling: 'lttb',
        lineStyle: { color: tokens.third, width: 1, type: 'dashed' },
        // Its end may lie under the plot, where a name would stand among the axis' words.
        endLabel: {
          show: (trained.at(-1) ?? 0) > low,
          formatter: 'train',
          distance: 8,
          ...textStyle(theme, 11, tokens.third),
        },
        data: trained.map((loss, at) => [place(training[at]!.step), loss]),
      },
      ...others.map(({ name, points }, i) => ({
        name,
        type: 'line' as const,
        showSymbol: false,
        silent: true,
        clip: true,
        z: 3,
        lineStyle: { color: tokens['sequential-sft'], width: 1.4, type: dashes[i % dashes.length]! },
        endLabel: { show: true, formatter: name, distance: 8, ...textStyle(theme, 11, tokens.second) },
        labelLayout: { moveOverlap: 'shiftY' as const },
        data: points.map((point) => [...point]),
      })),
      {
        name: 'validation',
        type: 'line',
        symbol: 'circle',
        symbolSize: 5,
        clip: true,
        z: 4,
        lineStyle: { color: tokens.sequential, width: 1.8 },
        itemStyle: { color: tokens.sequential },
        endLabel: {
          show: true,
          formatter: 'validation',
          distance: 8,
          ...textStyle(theme, 11, tokens['sequential-text']),
        },
        data: regimes.points.map(({ step, loss }) => [place(step), loss]),
        markArea: regimeAreas(regimes, end, theme, true, place),
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: tokens.good, type: 'dotted', width: 1.2 },
          label: {
            position: 'insideEndTop',
            formatter: `+${(regimes.thresholds.stable * 100).toFixed(0)} %`,
            ...textStyle(theme, 11, tokens.good),
          },
          data: [{ yAxis: regimes.minLoss * (1 + regimes.thresholds.stable) }],
        },
        markPoint: {
          silent: true,
          symbol: 'circle',
          symbolSize: 9,
          itemStyle: { color: tokens.surface, borderColor: tokens.sequential, borderWidth: 2 },
          label: {
            position: 'bottom',
            // Beside the marker, which starts at the minimum.
            offset: place(regimes.minStep) < end * 0.7 ? [52, 2] : [-52, 2],
            formatter: `min ${regimes.minLoss.toFixed(3)} at step ${regimes.minStep}`,
            ...textStyle(theme, 11, tokens.second),
          },
          data: [{ name: 'minimum', coord: [place(regimes.minStep), regimes.minLoss] }],
        },
      },
    ],
  }
}
