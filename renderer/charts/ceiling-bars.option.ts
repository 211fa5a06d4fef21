/**
 * P_sft + PL_rl per switch point over regime tints. x: SFT compute or step at the switch; left axis: score in percent from 0;
 * right axis: validation loss, coloured like its line. A ceiling that is not identified is an open bar up to the best observed score.
 */
import { ceilingWords, verdictWords } from '#shared/analysis/ceiling-words.ts'
import { heightOf, type Bar } from '../curves/facets.ts'
import { count, decimalsFor, flops, flopUnit, tick } from '../format/numbers.ts'
import { mix, seriesStyle } from '../theme/paradigm-style.ts'
import { regimeStyle } from '../theme/regime-style.ts'
import { exact, type ChartTable } from './chart-table.ts'
import { plotGrid, textStyle, xAxis, yAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'

export interface CeilingBars {
  readonly bars: readonly Bar[]
  readonly meanCeiling: number | null
  readonly best: string | null
  readonly selected: string | null
  readonly x: BarAxis
  /** Largest SFT compute of all facets: they share a unit. */
  readonly largest: number
  /** Width of the canvas, px: how many labels have room. */
  readonly width: number
  /** A line over the plot where the pane's head has no room for it. */
  readonly note?: string
}

export const barAxes = ['compute', 'step'] as const
export type BarAxis = (typeof barAxes)[number]

/** Width of a label and its gap, px. */
const labelWidth = { plain: 34, best: 46 }
const plotMargins = { left: 44, right: 14, rightWithLoss: 48 }

/** Which bars have room for their number: the best first, then from the left whatever touches none before it. */
export function labelled(bars: readonly Bar[], best: string | null, plotWidth: number): ReadonlySet<string> {
  const pitch = plotWidth / Math.max(1, bars.length)
  const half = (run: string) => (run === best ? labelWidth.best : labelWidth.plain) / 2
  const taken: { at: number; run: string }[] = []
  const order = [...bars.keys()].sort((a, b) => Number(bars[b]!.run === best) - Number(bars[a]!.run === best) || a - b)
  for (const index of order) {
    const [at, { run }] = [(index + 0.5) * pitch, bars[index]!]
    if (taken.every((other) => Math.abs(other.at - at) >= half(run) + half(other.run))) taken.push({ at, run })
  }
  return new Set(taken.map(({ run }) => run))
}

/** The number over a bar: its ceiling, `≥` what was seen where the data set no ceiling, a star on the best. */
export function barLabel(bar: Bar, isBest: boolean): string {
  const number = bar.aPost
    ? bar.aPost.value.toFixed(Math.min(1, decimalsFor((bar.aPost.hi - bar.aPost.lo) / 2)))
    : `≥${bar.observed.toFixed(0)}`
  return isBest ? `${number} ★` : number
}

const tooltipText = (bar: Bar): string =>
  [
    `${bar.name}`,
    bar.step > 0 ? `switch at step ${bar.step} · ${flops(bar.flops)}` : 'pure RL: no SFT before it',
    `P_sft ${bar.pSft.toFixed(1)}`,
    bar.isPrinted && bar.aPost
      ? `A_post ${bar.aPost.value.toFixed(1)}, as printed`
      : bar.aPost && bar.verdict !== 'too few points'
        ? `A_post ${ceilingWords({ verdict: bar.verdict, aPost: bar.aPost, bestSeen: bar.observed })} · ${bar.verdict}`
        : `A_post at least ${bar.observed.toFixed(1)} · ${bar.verdict === 'too few points' ? bar.verdict : verdictWords[bar.verdict]}`,
    ...(bar.printed === null ? [] : [`as printed ${bar.printed.toFixed(1)}`]),
    ...(bar.collapsedAt === null ? [] : [`collapses from ${flops(bar.collapsedAt)} of RL`]),
  ].join('\n')

export function ceilingBarsOption(
  { bars, meanCeiling, best, selected, x, largest, width, note = '' }: CeilingBars,
  theme: ChartTheme,
): ChartOption {
  const { tokens } = theme
  const unit = flopUnit(largest / 2)
  const place = ({ flops: at, step }: Bar) => (x === 'step' ? tick(step) : threeDigits(at / unit.factor))
  // An invisible space and the run keep bars of equal place apart.
  const categories = bars.map((bar) => `${place(bar)}\u200b${bar.run}`)
  // Beside curves of one's own what is only printed steps back.
  const hasCurves = bars.some(({ isPrinted }) => !isPrinted)
  const colours = (bar: Bar) => {
    const style = seriesStyle(bar.paradigm, 'grpo', tokens)
    const base = bar.paradigm === 'rl' ? mix(style.colour, tokens.surface, 0.45) : tokens['sequential-sft']
    const share = bar.isPrinted && hasCurves ? 0.5 : 1
    return { gain: mix(style.colour, tokens.surface, share), base: mix(base, tokens.surface, share) }
  }
  const losses = bars.map(({ valLoss }) => valLoss)
  const hasLoss = losses.some((loss) => loss !== null)
  const category = { type: 'category' as const, data: categories }
  const right = hasLoss ? plotMargins.rightWithLoss : plotMargins.right
  const named = labelled(bars, best, width - plotMargins.left - right)
  const barsOfRegime = (regime: Bar['regime']) => bars.filter((bar) => bar.regime === regime).length
  const pitch = (width - plotMargins.left - right) / Math.max(1, bars.length)
  return {
    grid: plotGrid({ left: plotMargins.left, right, top: 26, bottom: 42 }),
    ...(note && {
      graphic: [
        {
          type: 'text' as const,
          left: 12,
          top: 2,
          silent: true,
          style: {
            text: note,
            fill: tokens.third,
            font: `12px ${theme.fontFamily}`,
            lineHeight: 16,
            verticalAlign: 'top' as const,
          },
        },
      ],
    }),
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: tokens.raised, opacity: 0.5 } },
      formatter: (items: unknown) => {
        const [first] = items as { dataIndex: number }[]
        const bar = first && bars[first.dataIndex]
        return bar ? tooltipText(bar) : ''
      },
    },
    xAxis: [
      {
        ...xAxis(theme, { name: x === 'step' ? 'SFT step at the switch' : `SFT compute at the switch (${unit.unit})` }),
        ...category,
        axisLabel: { ...textStyle(theme), hideOverlap: true, formatter: (text: string) => text.split('\u200b')[0]! },
      },
      { ...category, show: false },
    ],
    yAxis: [
      { ...yAxis(theme, { name: '', nameGap: 30 }), type: 'value', min: 0, max: 100, interval: 20 },
      {
        ...yAxis(theme, { name: 'val loss', nameGap: 34 }),
        type: 'value',
        min: 0,
        position: 'right',
        show: hasLoss,
        splitNumber: 5,
        splitLine: { show: false },
        nameTextStyle: textStyle(theme, 11, tokens.text),
        axisLabel: { ...textStyle(theme, 11, tokens.text), formatter: (value: number) => value.toFixed(1) },
      },
    ],
    series: [
      {
        // Tints behind the bars: full-width bars on an axis of their own.
        type: 'bar',
        xAxisIndex: 1,
        barCategoryGap: '0%',
        silent: true,
        z: 0,
        data: bars.map(({ regime }, at) => {
          if (regime === null) return { value: 0 }
          const { title, tint, textColour } = regimeStyle(regime, tokens)
          const isFirst = bars.findIndex((bar) => bar.regime === regime) === at
          return {
            value: 100,
            itemStyle: { color: tint ?? 'transparent' },
            label: {
              show: isFirst,
              position: 'insideTop' as const,
              // A name wider than its stretch becomes its first word, then nothing; tooltip and table name it.
              formatter: fitting(title, barsOfRegime(regime) * pitch),
              ...textStyle(theme, 11, textColour),
            },
          }
        }),
        labelLayout: { hideOverlap: true },
      },
      {
        name: 'P_sft',
        type: 'bar',
        stack: 'score',
        barMaxWidth: 56,
        barCategoryGap: '28%',
        z: 2,
        data: bars.map((bar) => ({ value: bar.pSft, itemStyle: { color: colours(bar).base } })),
      },
      {
        name: 'PL_rl',
        type: 'bar',
        stack: 'score',
        barMaxWidth: 56,
        z: 2,
        data: bars.map((bar) => {
          const { gain } = colours(bar)
          const solid = { color: gain, borderColor: bar.run === selected ? tokens.text : gain, borderWidth: 1 }
          const open = {
            color: mix(gain, tokens.surface, 0.25),
            borderColor: gain,
            borderWidth: 1,
            borderType: 'dashed' as const,
          }
          return {
            value: Math.max(0, heightOf(bar) - bar.pSft),
            itemStyle: { ...(bar.aPost ? solid : open), borderRadius: [3, 3, 0, 0] },
            label: {
              show: named.has(bar.run),
              position: 'top' as const,
              formatter: barLabel(bar, bar.run === best),
              ...textStyle(theme, 11, bar.isPrinted && hasCurves ? tokens.second : tokens.text),
              // The mean's line may pass behind the number.
              textBorderColor: tokens.surface,
              textBorderWidth: 3,
            },
          }
        }),
        ...(meanCeiling !== null && {
          markLine: {
            silent: true,
            symbol: 'none',
            label: { show: false },
            lineStyle: { color: tokens.third, type: 'dashed' as const, width: 1 },
            data: [{ yAxis: meanCeiling }],
          },
        }),
      },
      {
        // A tick across a bar: what another source prints for this checkpoint.
        name: 'as printed',
        type: 'scatter',
        symbol: 'rect',
        symbolSize: [Math.max(6, Math.min(56, pitch * 0.72)), 2],
        z: 4,
        silent: true,
        itemStyle: { color: tokens.warning },
        data: bars.map(({ printed }) => printed ?? '-'),
      },
      {
        name: 'validation loss',
        type: 'line',
        yAxisIndex: 1,
        z: 3,
        symbol: 'circle',
        symbolSize: 5,
        connectNulls: true,
        lineStyle: { color: tokens.text, width: 1.2, type: 'dashed' },
        itemStyle: { color: tokens.text },
        data: losses.map((loss) => loss ?? '-'),
      },
    ],
  }
}

/** Mean width of a letter at 11 px. */
const letterWidth = 6

function fitting(title: string, room: number): string {
  if (title.length * letterWidth <= room) return title
  const [first = ''] = title.split(' ')
  return first.length * letterWidth <= room ? first : ''
}

const threeDigits = (value: number): string => (value >= 100 ? count(value) : String(Number(value.toPrecision(3))))

export function ceilingBarsTable(bars: readonly Bar[]): ChartTable {
  const hasPrinted = bars.some(({ printed }) => printed !== null)
  const bound = (value: number | undefined) => (value === undefined ? exact('–', null) : exact(value.toFixed(1), value))
  return {
    columns: [
      'run',
      'switch step',
      'SFT FLOPs',
      'P_sft %',
      'PL_rl',
      'A_post %',
      'low',
      'high',
      'verdict',
      'regime',
      'val loss',
      ...(hasPrinted ? ['A_post as printed %'] : []),
    ],
    rows: bars.map((bar) => {
      const height = heightOf(bar)
      const sign = bar.aPost ? '' : '≥'
      return [
        bar.name,
        bar.step,
        exact(flops(bar.flops), bar.flops),
        exact(bar.pSft.toFixed(1), bar.pSft),
        exact(`${sign}${(height - bar.pSft).toFixed(1)}`, height - bar.pSft),
        exact(`${sign}${height.toFixed(1)}`, height),
        bound(bar.aPost?.lo),
        bound(bar.aPost?.hi),
        bar.isPrinted ? 'as printed' : bar.verdict.replaceAll('-', ' '),
        bar.regime === null ? exact('–', null) : bar.regime.replaceAll('-', ' '),
        bar.valLoss === null ? exact('–', null) : exact(bar.valLoss.toFixed(3), bar.valLoss),
        ...(hasPrinted ? [bound(bar.printed ?? undefined)] : []),
      ]
    }),
  }
}
