/** Minimum validation loss against the best ceiling, one point a dataset, named beside it; observed-only ceilings are hollow. */
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'

export interface LossCeilingPoint {
  readonly title: string
  readonly loss: number
  readonly ceiling: number
  readonly isFitted: boolean
}

export function lossCeilingOption(points: readonly LossCeilingPoint[], theme: ChartTheme): ChartOption {
  const { tokens } = theme
  return {
    grid: plotGrid({ left: 54, right: 74, top: 14, bottom: 42 }),
    tooltip: { show: false },
    xAxis: {
      ...xAxis(theme, { name: 'min validation loss (nats/token)' }),
      type: 'value',
      scale: true,
      splitNumber: 4,
    },
    yAxis: { ...yAxis(theme, { name: 'best ceiling (%)', nameGap: 34 }), type: 'value', scale: true },
    series: [
      {
        type: 'scatter',
        symbolSize: 9,
        data: points.map(({ title, loss, ceiling, isFitted }) => ({
          name: title,
          value: [loss, ceiling],
          itemStyle: isFitted
            ? { color: tokens.sequential }
            : { color: tokens.surface, borderColor: tokens.sequential, borderWidth: 1.5 },
        })),
        label: {
          show: true,
          position: 'right',
          formatter: (item: { name: string }) => item.name,
          ...textStyle(theme, 11, tokens.second),
        },
        labelLayout: { moveOverlap: 'shiftY' },
      },
    ],
  }
}
