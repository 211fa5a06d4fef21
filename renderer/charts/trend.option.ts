/**
 * Ceilings against what may raise them: one point a data set (or a branch), named beside it, with its interval; the statistics
 * stand over the plot. A ceiling that is not identified is hollow: at least that high.
 */
import { trendWords, type Trend, type TrendKind } from '../curves/trends.ts'
import { difficultyLevels } from '../curves/dataset-facts.ts'
import { count, flops, flopUnit, tick } from '../format/numbers.ts'
import { exact, type ChartTable } from './chart-table.ts'
import { plotGrid, textStyle, xAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import { scoreAxis, scoreRange } from './score-axis.ts'
import { whiskers } from './whiskers.ts'

const xTitles: Readonly<Record<Exclude<TrendKind, 'plasticity'>, string>> = {
  loss: 'min validation loss (nats/token)',
  scale: 'trajectories',
  difficulty: 'difficulty of the data',
}

/** Of the statistics over the plot, px. */
const lineHeight = 15

export function trendOption(trend: Trend, theme: ChartTheme): ChartOption {
  const { tokens } = theme
  const { kind, points } = trend
  const unit = flopUnit(Math.max(1, ...points.map(({ x }) => x)) / 2)
  const scaled = (x: number) => (kind === 'plasticity' ? x / unit.factor : x)
  const xs = points.map(({ x }) => x)
  const span = Math.max(...xs) - Math.min(...xs) || Math.max(...xs) / 2 || 1
  const share = shareOf(xs, kind === 'scale')
  const isFarRight = (x: number) => kind !== 'difficulty' && share(x) > 0.7
  const isNamed = points.length <= 12
  const words = trendWords(trend)
  const top = 14 + words.length * lineHeight
  const ys = points.flatMap(({ y, lo, hi, isFitted }) => (isFitted ? [Math.max(lo, y - 6), Math.min(hi, y + 6)] : [y]))
  return {
    grid: plotGrid({ left: 50, right: 20, top, bottom: 42 }),
    graphic: [
      {
        type: 'text',
        // Over the plot: inside it there is no corner that is always free.
        left: 50,
        top: 2,
        silent: true,
        style: {
          text: words.join('\n'),
          fill: tokens.second,
          font: `11px ${theme.fontFamily}`,
          lineHeight,
          verticalAlign: 'top',
        },
      },
    ],
    tooltip: {
      trigger: 'item',
      formatter: (item: unknown) => {
        const point = points[(item as { dataIndex: number }).dataIndex]
        if (!point) return ''
        const y = kind === 'plasticity' ? 'PL_rl' : 'ceiling'
        return [
          point.title,
          point.isFitted
            ? `${y} ${point.y.toFixed(1)} [${point.lo.toFixed(1)}, ${point.hi.toFixed(1)}]`
            : `${y} at least ${point.y.toFixed(1)}, not identifiable`,
          {
            loss: `min loss ${point.x.toFixed(3)}`,
            scale: `${count(point.x)} trajectories`,
            difficulty: '',
            plasticity: flops(point.x),
          }[kind],
        ]
          .join('\n')
          .trim()
      },
    },
    xAxis: {
      ...xAxis(theme, { name: kind === 'plasticity' ? `SFT compute at the switch (${unit.unit})` : xTitles[kind] }),
      ...(kind === 'scale' ? { type: 'log' as const, logBase: 10 } : { type: 'value' as const }),
      ...(kind === 'difficulty'
        ? { min: 0, max: difficultyLevels.length + 1, interval: 1 }
        : kind === 'scale'
          ? {
              min: 10 ** Math.floor(Math.log10(Math.min(...xs, 1e9))),
              max: 10 ** Math.ceil(Math.log10(Math.max(...xs, 10))),
            }
          : { min: scaled(Math.max(0, Math.min(...xs) - span * 0.08)), max: scaled(Math.max(...xs) + span * 0.3) }),
      splitNumber: 4,
      axisLabel: {
        ...textStyle(theme),
        margin: 8,
        hideOverlap: true,
        showMinLabel: kind === 'scale' ? undefined : kind === 'difficulty',
        showMaxLabel: false,
        formatter: (value: number) =>
          kind === 'difficulty'
            ? (difficultyLevels[value - 1] ?? '')
            : kind === 'scale'
              ? tick(value)
              : String(Number(value.toPrecision(3))),
      },
    },
    yAxis: {
      ...scoreAxis(theme, scoreRange(ys, 1), 32, kind === 'plasticity' ? 'PL_rl (points)' : 'best ceiling (%)'),
      minInterval: 1,
    },
    series: [
      whiskers({
        colour: tokens.sequential,
        opacity: 0.45,
        data: points.filter(({ isFitted }) => isFitted).map(({ x, lo, hi }) => [scaled(x), lo, hi] as const),
      }),
      {
        name: 'data set',
        type: 'scatter',
        symbolSize: isNamed ? 9 : 7,
        z: 4,
        clip: true,
        data: points.map(({ title, x, y, isFitted }) => ({
          name: title,
          value: [scaled(x), y],
          // A name has no room beyond the last places of the axis.
          label: { position: isFarRight(x) ? ('left' as const) : ('right' as const) },
          itemStyle: isFitted
            ? { color: tokens.sequential }
            : { color: tokens.surface, borderColor: tokens.sequential, borderWidth: 1.5 },
        })),
        label: {
          show: isNamed,
          formatter: (item: { name: string; value: unknown }) => item.name,
          ...textStyle(theme, 11, tokens.second),
        },
        labelLayout: { moveOverlap: 'shiftY' },
      },
    ],
  }
}

/** Where a value lies between the smallest and the largest, 0..1. */
function shareOf(values: readonly number[], isLog: boolean): (value: number) => number {
  const scale = (value: number) => (isLog ? Math.log(value) : value)
  const [least, most] = [Math.min(...values.map(scale)), Math.max(...values.map(scale))]
  return (value) => (most > least ? (scale(value) - least) / (most - least) : 0.5)
}

export const trendTable = ({ kind, points }: Trend): ChartTable => ({
  columns: [
    kind === 'plasticity' ? 'branch' : 'data set',
    { loss: 'min val loss', scale: 'trajectories', difficulty: 'difficulty', plasticity: 'SFT FLOPs' }[kind],
    kind === 'plasticity' ? 'PL_rl' : 'ceiling %',
    'low',
    'high',
    'verdict',
  ],
  rows: points.map(({ title, x, y, lo, hi, isFitted }) => [
    title,
    exact(
      { loss: x.toFixed(3), scale: count(x), difficulty: difficultyLevels[x - 1] ?? '', plasticity: flops(x) }[kind],
      kind === 'difficulty' ? (difficultyLevels[x - 1] ?? '') : x,
    ),
    exact(isFitted ? y.toFixed(1) : `≥ ${y.toFixed(1)}`, y),
    isFitted ? exact(lo.toFixed(1), lo) : exact('–', null),
    isFitted ? exact(hi.toFixed(1), hi) : exact('–', null),
    isFitted ? 'fitted' : 'not identifiable',
  ]),
})
