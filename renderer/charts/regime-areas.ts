/** Regime tints under a chart of an SFT run, each named once at its top. */
import type { MarkAreaComponentOption } from 'echarts'
import type { RegimeResult } from '#shared/analysis/types.ts'
import { regimeStyle } from '../theme/regime-style.ts'
import { textStyle, type ChartTheme } from './chart-theme.ts'

export function regimeAreas(
  regimes: Pick<RegimeResult, 'intervals'>,
  end: number,
  theme: ChartTheme,
  isNamed: boolean,
  place: (step: number) => number = (step) => step,
): MarkAreaComponentOption {
  const named = new Set<string>()
  return {
    silent: true,
    data: regimes.intervals.map(({ from, to, regime }) => {
      const style = regimeStyle(regime, theme.tokens)
      const isFirst = !named.has(regime)
      named.add(regime)
      // A name needs room: stretches under 6 % of the axis stay silent, the table and the pane's facts name them.
      const hasRoom = place(to) - place(from) > end * 0.06
      return [
        {
          xAxis: place(from),
          itemStyle: { color: style.tint ?? 'transparent' },
          label: {
            show: isNamed && isFirst && hasRoom,
            formatter: style.title,
            position: 'insideTop' as const,
            ...textStyle(theme, 11, style.textColour),
          },
        },
        { xAxis: place(to) },
      ]
    }),
  }
}
