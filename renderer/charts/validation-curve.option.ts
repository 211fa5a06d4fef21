/** Validation loss of an SFT run over its regimes, the training loss dashed behind it, the Stable threshold dotted, the minimum ringed. */
import type { RegimeResult } from '#shared/analysis/types.ts'
import { smoothed } from '../curves/smoothing.ts'
import { compact } from '../format/numbers.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import { regimeAreas } from './regime-areas.ts'

export interface ValidationCurve {
  readonly regimes: RegimeResult
  readonly training: readonly { readonly step: number; readonly loss: number }[]
  readonly end: number
}

export function validationCurveOption({ regimes, training, end }: ValidationCurve, theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const losses = regimes.points.map(({ loss }) => loss)
  // The first points of a run tower over the band that decides: the axis ends where three quarters of the curve lie.
  const sorted = [...losses].sort((a, b) => a - b)
  const top = Math.max(
    sorted[Math.floor(sorted.length * 0.75)] ?? 1,
    regimes.minLoss * (1 + 3 * regimes.thresholds.mild),
  )
  // The training loss may leave the plot at the bottom: the question is where the validation loss turns.
  const low = Math.max(regimes.minLoss * 0.75, Math.min(regimes.minLoss, ...training.map(({ loss }) => loss)))
  const span = top - low
  // One batch's loss jumps by more than the regimes are wide: the training loss is drawn as its course.
  const trained = smoothed(
    training.map(({ loss }) => loss),
    0.9,
  )
  return {
    grid: plotGrid({ left: 58, right: 78, top: 12, bottom: 40 }),
    tooltip: {
      trigger: 'axis',
      formatter: (items: unknown) => {
        const [first] = items as { value: [number, number] }[]
        const point = first && regimes.points.find(({ step }) => step === first.value[0])
        if (!point) return first ? `step ${first.value[0]}` : ''
        const above = (point.loss / regimes.minLoss - 1) * 100
        return `step ${point.step}\nvalidation ${point.loss.toFixed(4)} (+${above.toFixed(1)} %)\n${point.regime.replaceAll('-', ' ')}`
      },
    },
    xAxis: {
      ...xAxis(theme, { name: 'SFT step' }),
      type: 'value',
      min: 0,
      max: end,
      axisLabel: { ...textStyle(theme), hideOverlap: true, showMaxLabel: end % 50 === 0, formatter: compact },
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
        endLabel: { show: true, formatter: 'train', distance: 8, ...textStyle(theme, 11, tokens.third) },
        data: trained.map((loss, at) => [training[at]!.step, loss]),
      },
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
        data: regimes.points.map(({ step, loss }) => [step, loss]),
        markArea: regimeAreas(regimes, end, theme, true),
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
            offset: regimes.minStep < end * 0.7 ? [52, 2] : [-52, 2],
            formatter: `min ${regimes.minLoss.toFixed(3)} at ${regimes.minStep}`,
            ...textStyle(theme, 11, tokens.second),
          },
          data: [{ name: 'minimum', coord: [regimes.minStep, regimes.minLoss] }],
        },
      },
    ],
  }
}
