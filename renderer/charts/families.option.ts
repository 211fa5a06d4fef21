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

/** Height of one label line and of a middling plot, px: enough to keep labels apart at any usual size. */
const lineHeight = 14
const plotHeight = 260

/**
 * Offsets (px, up is negative) that keep labels at the line ends from touching: from the top down, each at least a line under
 * the one above it.
 */
export function labelOffsets(ends: readonly { key: string; value: number }[], span: number): Map<string, number> {
  const offsets = new Map<string, number>()
  let above = -Infinity
  for (const { key, value } of [...ends].sort((a, b) => b.value - a.value)) {
    const y = (-value / span) * plotHeight
    const placed = Math.max(y, above + lineHeight)
    offsets.set(key, Math.round(placed - y))
    above = placed
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
  // Only labels that end side by side can touch.
  const reach = families.filter(({ spots }) => (spots.at(-1)?.x ?? 0) > largest * 0.8)
  const offsets = labelOffsets(
    reach.map(({ key, spots }) => ({ key, value: spots.at(-1)?.value ?? 0 })),
    Math.max(1, high - low),
  )
  return {
    grid: plotGrid({ left: 54, right: 118, top: 16, bottom: 42 }),
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
            show: !isFaint,
            formatter: family.title,
            distance: 8,
            offset: [0, offsets.get(family.key) ?? 0],
            ...textStyle(theme, 11, style.textColour),
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
