/**
 * What all charts share: axes, grid, tooltip, text. Options are pure functions of data and this theme, so a change of theme
 * redraws them; nothing here reads the page.
 */
import type { EChartsOption } from 'echarts'
import { tokensOf, type ThemeName, type Tokens } from '../theme/tokens.ts'

export interface ChartTheme {
  readonly name: ThemeName
  readonly tokens: Tokens
  readonly fontFamily: string
  readonly monoFamily: string
}

export const chartTheme = (name: ThemeName): ChartTheme => ({
  name,
  tokens: tokensOf(name),
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  monoFamily: "'JetBrains Mono Variable', ui-monospace, monospace",
})

/** What the option modules build; the wrapper lays `chartBase` under it. */
export type ChartOption = EChartsOption

export const textStyle = ({ tokens, fontFamily }: ChartTheme, size = 11, color = tokens.second) => ({
  color,
  fontFamily,
  fontSize: size,
})

/**
 * Ground of every chart: no animation (live data appends, nothing jumps), rich-text tooltips (an HTML one would break the
 * style CSP, and names in it are hostile input), a description for screen readers.
 */
export function chartBase(theme: ChartTheme): ChartOption {
  const { tokens } = theme
  return {
    animation: false,
    textStyle: textStyle(theme),
    aria: { enabled: true },
    tooltip: {
      renderMode: 'richText',
      confine: true,
      backgroundColor: theme.name === 'dark' ? tokens.raised : tokens.surface,
      borderColor: tokens.hairline,
      borderWidth: 1,
      padding: [6, 10],
      textStyle: { ...textStyle(theme, 12, tokens.text), lineHeight: 18 },
      axisPointer: { lineStyle: { color: tokens.third, width: 1, type: 'solid' }, crossStyle: { color: tokens.third } },
      transitionDuration: 0,
    },
  }
}

export interface AxisWords {
  /** With the unit: `SFT step`, `loss (nats/token)`. Empty only where the pane's title says it. */
  readonly name: string
  /** Distance of the name from the axis, px. */
  readonly nameGap?: number
}

export function xAxis(theme: ChartTheme, { name, nameGap = 24 }: AxisWords) {
  const { tokens } = theme
  return {
    name,
    nameLocation: 'middle' as const,
    nameGap,
    nameTextStyle: textStyle(theme),
    axisLine: { show: true, onZero: false, lineStyle: { color: tokens.hairline } },
    axisTick: { show: false },
    axisLabel: { ...textStyle(theme), hideOverlap: true, margin: 8 },
    splitLine: { show: false },
    minorTick: { show: false },
  }
}

export function yAxis(theme: ChartTheme, { name, nameGap = 40 }: AxisWords) {
  const { tokens } = theme
  return {
    name,
    nameLocation: 'middle' as const,
    nameGap,
    nameRotate: 90,
    nameTextStyle: textStyle(theme),
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...textStyle(theme), margin: 8 },
    splitLine: { show: true, lineStyle: { color: tokens.hairline, width: 1 } },
  }
}

/** The plot's place in its canvas; `right` leaves room for labels at line ends. */
export const plotGrid = ({ left = 52, right = 16, top = 12, bottom = 40 } = {}) => ({ left, right, top, bottom })
