/**
 * Score against total compute by family: mean line, 80 % band, the switch as a ring on a sequential line, its SFT part
 * receding, excluded points hollow. Names at the line ends are moved apart where they would touch.
 */
import type { Family } from '../curves/families.ts'
import { flopUnit } from '../format/numbers.ts'
import { seriesStyle } from '../theme/paradigm-style.ts'
import { band } from './band.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import { scoreRange } from './score-axis.ts'

/** Height of a label's line, width of a letter at 11 px, and a plot as small as one usually is, px. */
const lineHeight = 14
const letterWidth = 6.2
const plotSize = { width: 620, height: 260 }
/** Lines by which a label may be moved away from its line's end. */
const mostMoved = 5

export interface LineEnd {
  readonly key: string
  readonly title: string
  /** Share of the x axis. */
  readonly x: number
  readonly value: number
}

/**
 * Offsets (px, down is positive) at which the labels of line ends touch no other; from the best score down. A label that would have to
 * move too far is left out: the list beside the chart names every family.
 */
export function labelOffsets(ends: readonly LineEnd[], span: number): Map<string, number> {
  const taken: { left: number; right: number; y: number }[] = []
  const offsets = new Map<string, number>()
  const moves = Array.from({ length: mostMoved + 1 }, (_, lines) => lines * lineHeight)
  for (const { key, title, x, value } of [...ends].sort((a, b) => b.value - a.value)) {
    const left = x * plotSize.width
    const right = left + title.length * letterWidth
    const y = (-value / span) * plotSize.height
    const isFree = (at: number) =>
      taken.every((other) => other.right <= left || other.left >= right || Math.abs(other.y - at) >= lineHeight - 0.5)
    const move = moves.find((down) => isFree(y + down))
    if (move === undefined) continue
    taken.push({ left, right, y: y + move })
    offsets.set(key, Math.round(move))
  }
  return offsets
}

export function familiesOption(
  families: readonly Family[],
  highlighted: string | null,
  theme: ChartTheme,
): ChartOption {
  const { tokens } = theme
  const largest = Math.max(1, ...families.map(({ spots }) => spots.at(-1)?.x ?? 0))
  const { factor, unit } = flopUnit(largest)
  const values = families.flatMap(({ spots, prefix }) => [...spots, ...prefix].flatMap(({ lo, hi }) => [lo, hi]))
  const { low, high } = scoreRange(values, 1)
  const ends = families.map(({ key, title, spots }) => ({
    key,
    title,
    x: (spots.at(-1)?.x ?? 0) / largest,
    value: spots.at(-1)?.value ?? 0,
  }))
  const offsets = labelOffsets(ends, Math.max(1, high - low))
  // As much as the longest name that stands beyond the plot.
  const beyond = ends.filter(({ key, x }) => x > 0.8 && offsets.has(key)).map(({ title }) => title.length * letterWidth)
  const right = Math.min(200, Math.max(60, ...beyond) + 20)
  return {
    grid: plotGrid({ left: 54, right, top: 16, bottom: 42 }),
    tooltip: {
      trigger: 'item',
      formatter: (item: unknown) => {
        const { seriesName, value } = item as { seriesName: string; value: unknown }
        const [x, y] = Array.isArray(value) ? (value as number[]) : []
        return x === undefined || y === undefined
          ? seriesName
          : `${seriesName}\n${y.toFixed(1)} % at ${x.toPrecision(3)} ${unit}`
      },
    },
    xAxis: {
      ...xAxis(theme, { name: `total compute, SFT included (${unit})` }),
      type: 'value',
      min: 0,
      max: largest / factor,
      axisLabel: { ...xAxis(theme, { name: '' }).axisLabel, showMaxLabel: false },
    },
    yAxis: {
      ...yAxis(theme, { name: 'accuracy (%)', nameGap: 34 }),
      type: 'value',
      min: low,
      max: high,
      axisLabel: { ...textStyle(theme), margin: 8, showMinLabel: low % 10 === 0, showMaxLabel: high % 20 === 0 },
    },
    series: families.flatMap((family) => {
      const style = seriesStyle(family.paradigm, family.objective, tokens)
      const isFaint = highlighted !== null && highlighted !== family.key
      const opacity = isFaint ? 0.25 : 1
      const dash = typeof style.dash === 'string' ? style.dash : [...style.dash]
      const x = (value: number) => value / factor
      const switchSpot = family.switchStep === null ? undefined : family.spots[0]
      return [
        ...band({
          name: `band ${family.key}`,
          edges: family.spots.map((spot) => [x(spot.x), spot.lo, spot.hi] as const),
          colour: style.colour,
          alpha: 0.14,
          opacity,
        }),
        {
          name: `${family.title}, its SFT`,
          type: 'line' as const,
          showSymbol: false,
          silent: true,
          lineStyle: { color: tokens['sequential-sft'], width: 1.2, opacity },
          data: family.prefix.map((spot) => [x(spot.x), spot.value]),
        },
        {
          name: family.title,
          type: 'line' as const,
          symbol: style.marker,
          symbolSize: 5,
          z: isFaint ? 2 : 4,
          lineStyle: { color: style.colour, width: 1.8, type: dash, opacity },
          itemStyle: { color: style.colour, opacity },
          endLabel: {
            show: !isFaint && (offsets.has(family.key) || family.key === highlighted),
            formatter: family.title,
            distance: 8,
            offset: [0, offsets.get(family.key) ?? 0],
            ...textStyle(theme, 11, style.textColour),
            textBorderColor: tokens.surface,
            textBorderWidth: 3,
          },
          data: family.spots.map((spot, at) =>
            at === 0 && switchSpot
              ? {
                  value: [x(spot.x), spot.value],
                  symbol: 'circle',
                  symbolSize: 9,
                  itemStyle: { color: tokens.surface, borderColor: style.colour, borderWidth: 2, opacity },
                }
              : { value: [x(spot.x), spot.value] },
          ),
        },
        {
          name: `${family.title}, left out`,
          type: 'scatter' as const,
          symbolSize: 6,
          itemStyle: { color: tokens.surface, borderColor: style.colour, borderWidth: 1.2, opacity },
          data: family.excluded.map((spot) => [x(spot.x), spot.value]),
        },
      ]
    }),
  }
}
