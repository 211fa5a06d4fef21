/** The axis of scores in percent (or of points between them), never outside 0 to 100. */
import { textStyle, yAxis, type ChartTheme } from './chart-theme.ts'

export interface ScoreRange {
  readonly low: number
  readonly high: number
}

/** From the five below `values` to the five above, at least `margin` points from them. */
export const scoreRange = (values: readonly number[], margin = 2): ScoreRange => ({
  low: Math.max(0, Math.floor((Math.min(100, ...values) - margin) / 5) * 5),
  high: Math.min(100, Math.ceil((Math.max(0, ...values) + margin) / 5) * 5),
})

export function scoreAxis(
  theme: ChartTheme,
  { low, high }: ScoreRange,
  nameGap: number,
  name: string = 'accuracy (%)',
) {
  return {
    ...yAxis(theme, { name, nameGap }),
    type: 'value' as const,
    min: low,
    max: high,
    // Limits that are no round numbers get no label of their own.
    axisLabel: { ...textStyle(theme), margin: 8, showMinLabel: low % 10 === 0, showMaxLabel: high % 10 === 0 },
  }
}
