/** Two scorers against each other: rows a cell, empty cells on the ground. */
import type { HeatMap, Scorer } from '#shared/contract/datasets.ts'
import { count, tick } from '../format/numbers.ts'
import { mix } from '../theme/paradigm-style.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import type { ChartTable } from './chart-table.ts'
import { scorerWords } from './scorer-words.ts'

const middle = (edges: readonly number[], at: number, integer: boolean): string => {
  const from = edges[at] ?? 0
  const to = edges[at + 1] ?? from
  return integer ? tick(Math.ceil(from) + 0) : tick((from + to) / 2)
}

export function heatMapOption(map: HeatMap, x: Scorer, y: Scorer, theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const cells = map.cells
    .flatMap((row, b) => row.map((rows, a) => [a, b, rows] as const))
    .filter(([, , rows]) => rows > 0)
  const most = Math.max(1, ...cells.map(([, , rows]) => rows))
  // A square root, so that one crowded cell does not blank out the rest.
  const levels = cells.map(([a, b, rows]) => [a, b, Math.sqrt(rows / most), rows])
  const ramp =
    theme.name === 'dark'
      ? [0.16, 0.45, 0.75, 1].map((share) => mix(tokens.accent, tokens.surface, share)).concat('#dcd6ff')
      : [0.1, 0.35, 0.65, 1].map((share) => mix(tokens.accent, tokens.surface, share)).concat('#3b2bab')
  const xs = map.x.edges.slice(1).map((_, at) => middle(map.x.edges, at, x.integer))
  const ys = map.y.edges.slice(1).map((_, at) => middle(map.y.edges, at, y.integer && map.y.edges.length < 40))
  return {
    grid: plotGrid({ left: 48, right: 14, top: 10, bottom: 40 }),
    tooltip: {
      formatter: (item) => {
        const [a = 0, b = 0, , rows = 0] = (Array.isArray(item) ? item[0] : item)?.value as number[]
        return `${x.title.toLowerCase()} ${xs[a]}, ${y.title.toLowerCase()} about ${ys[b]}\n${count(rows)} rows`
      },
    },
    xAxis: { type: 'category', data: xs, ...xAxis(theme, { name: scorerWords(x) }), axisLine: { show: false } },
    yAxis: {
      type: 'category',
      data: ys,
      ...yAxis(theme, { name: scorerWords(y), nameGap: 34 }),
      splitLine: { show: false },
      axisLabel: { ...textStyle(theme), margin: 8, hideOverlap: true, interval: Math.ceil(ys.length / 12) - 1 },
    },
    visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { color: ramp } },
    series: [
      {
        type: 'heatmap',
        data: levels,
        itemStyle: { borderColor: tokens.surface, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: tokens.text } },
      },
    ],
  }
}

export function heatMapTable(map: HeatMap, x: Scorer, y: Scorer): ChartTable {
  return {
    columns: [`${y.title} \\ ${x.title}`, ...map.x.edges.slice(1).map((_, at) => middle(map.x.edges, at, x.integer))],
    rows: map.cells.map((row, b) => [middle(map.y.edges, b, y.integer), ...row.map(count)]),
  }
}

/** Rank correlation over the cells' rows says whether hard means long; the title states it. */
export function heatMapFinding(map: HeatMap, x: Scorer, y: Scorer): string {
  const slope = correlation(map)
  const harder = x.harder === 'higher' ? slope : -slope
  if (Math.abs(slope) < 0.1) return `${y.title} and ${x.title.toLowerCase()} hardly go together`
  if (y.id === 'length') return harder > 0 ? 'Harder trajectories are longer' : 'Harder trajectories are shorter'
  return `${y.title} ${slope > 0 ? 'rises' : 'falls'} with ${x.title.toLowerCase()}`
}

/** Pearson's r of bin numbers, weighted by rows; 0 where one of them does not vary. */
function correlation({ cells }: HeatMap): number {
  let n = 0
  let sx = 0
  let sy = 0
  let sxx = 0
  let syy = 0
  let sxy = 0
  cells.forEach((row, y) =>
    row.forEach((rows, x) => {
      n += rows
      sx += rows * x
      sy += rows * y
      sxx += rows * x * x
      syy += rows * y * y
      sxy += rows * x * y
    }),
  )
  const spread = Math.sqrt((n * sxx - sx * sx) * (n * syy - sy * sy))
  return spread > 0 ? (n * sxy - sx * sy) / spread : 0
}
