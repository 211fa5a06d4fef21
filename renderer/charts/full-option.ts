/** A chart's own option over the ground that all charts share, for the window and for files alike. */
import { chartBase, type ChartOption, type ChartTheme } from './chart-theme.ts'

export function fullOption(option: (theme: ChartTheme) => ChartOption, theme: ChartTheme, label: string): ChartOption {
  const base = chartBase(theme)
  const own = option(theme)
  return {
    ...base,
    ...own,
    tooltip: own.tooltip === undefined ? undefined : { ...(base.tooltip as object), ...(own.tooltip as object) },
    aria: { enabled: true, label: { description: label } },
  } as ChartOption
}
