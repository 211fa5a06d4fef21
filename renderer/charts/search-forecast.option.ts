/**
 * A switch search: each branch's scores against SFT + RL compute, dashed on to the target where it is forecast. The leader has
 * its band and its name in full colour; branches in play recede, stopped ones fade.
 */
import type { SwitchCandidate, SwitchSearch } from '#shared/contract/switch-study.ts'
import { count, flops, flopUnit } from '../format/numbers.ts'
import { mix } from '../theme/paradigm-style.ts'
import { apart } from './apart.ts'
import { band } from './band.ts'
import { plotGrid, textStyle, xAxis, type ChartOption, type ChartTheme } from './chart-theme.ts'
import { scoreAxis, scoreRange } from './score-axis.ts'
import { whiskers } from './whiskers.ts'

type Shown = Pick<SwitchSearch, 'candidates' | 'chosen' | 'target'>

/** `picked`: the candidate whose band is drawn instead of the leader's. */
export function searchForecastOption(
  { candidates, chosen, target }: Shown,
  picked: number | null,
  theme: ChartTheme,
): ChartOption {
  const { tokens } = theme
  const end = target ?? 1
  const { factor, unit } = flopUnit(end)
  const banded = candidates.find(({ step }) => step === (picked ?? chosen?.step))
  const scores = candidates.flatMap(({ pSft, points, forecast, state }) => [
    pSft,
    ...points.map(({ score }) => score),
    ...(state === 'waiting' ? [] : [forecast.lo, forecast.hi]),
  ])
  const range = scoreRange(scores)
  // A name takes 14 px of a plot of about 230.
  const places = apart(
    candidates.map(({ forecast }) => forecast.mean),
    0.06 * (range.high - range.low),
    range.high,
  )
  const at = (candidate: SwitchCandidate, rlFlops: number) => (candidate.sftFlops + rlFlops) / factor
  const colourOf = (candidate: SwitchCandidate) => {
    if (candidate.step === banded?.step) return tokens.sequential
    return isOut(candidate) ? mix(tokens.third, tokens.surface, 0.35) : tokens['sequential-sft']
  }
  return {
    grid: plotGrid({ left: 58, right: 92, top: 14, bottom: 40 }),
    tooltip: {
      trigger: 'item',
      formatter: (item: unknown) => {
        const { seriesName } = item as { seriesName?: string }
        const candidate = candidates.find(({ step }) => `step ${step}` === seriesName)
        return candidate ? tooltipOf(candidate) : ''
      },
    },
    xAxis: {
      ...xAxis(theme, { name: `SFT and RL compute (${unit})` }),
      type: 'value',
      min: 0,
      max: end / factor,
      axisLabel: { ...textStyle(theme), hideOverlap: true, showMaxLabel: false },
    },
    yAxis: scoreAxis(theme, range, 42),
    series: [
      ...(banded
        ? band({
            edges: banded.line.map(({ flops: x, lo, hi }) => [at(banded, x), lo, hi] as const),
            colour: tokens.sequential,
            alpha: 0.18,
          })
        : []),
      ...candidates.flatMap((candidate) => {
        const colour = colourOf(candidate)
        const isBanded = candidate.step === banded?.step
        const seen = [
          [at(candidate, 0), candidate.pSft],
          ...candidate.points.map(({ flops: x, score }) => [at(candidate, x), score]),
        ]
        return [
          {
            name: `step ${candidate.step}`,
            type: 'line' as const,
            symbol: 'circle',
            symbolSize: isBanded ? 6 : 4,
            z: isBanded ? 6 : 4,
            lineStyle: { color: colour, width: isBanded ? 2 : 1.2 },
            itemStyle: { color: colour },
            data: seen,
          },
          {
            name: `step ${candidate.step}`,
            type: 'line' as const,
            showSymbol: false,
            z: isBanded ? 5 : 3,
            lineStyle: { color: colour, width: isBanded ? 1.6 : 1, type: 'dashed' as const },
            data: candidate.line.map(({ flops: x, value }) => [at(candidate, x), value]),
          },
        ]
      }),
      {
        name: 'names',
        type: 'scatter',
        symbolSize: 0,
        silent: true,
        data: candidates.map((candidate, i) => ({
          value: [end / factor, places[i]!],
          label: {
            show: true,
            position: 'right' as const,
            distance: 8,
            formatter: `${count(candidate.step)}: ${candidate.forecast.mean.toFixed(1)}`,
            ...textStyle(theme, 11, candidate.step === banded?.step ? tokens['sequential-text'] : tokens.second),
          },
        })),
      },
      whiskers({
        colour: tokens.third,
        z: 4,
        data: candidates.flatMap((each) =>
          isOut(each) || each.forecast.sd === 0 || each.state === 'waiting'
            ? []
            : [[(end / factor) * 0.998, each.forecast.lo, each.forecast.hi] as const],
        ),
      }),
    ],
  }
}

const isOut = ({ state }: SwitchCandidate): boolean =>
  state === 'given-up' || state === 'closed' || state === 'collapsed'

function tooltipOf({ step, points, forecast, chance, measured, rlFlops, targetFlops }: SwitchCandidate): string {
  return [
    `switch at step ${count(step)}`,
    `${points.length} evaluations, ${flops(rlFlops)} of ${flops(targetFlops)} RL`,
    ...(measured ? [`measured ${measured.value.toFixed(1)} (last ${measured.n})`] : []),
    `at the target ${forecast.mean.toFixed(1)} [${forecast.lo.toFixed(1)}, ${forecast.hi.toFixed(1)}]`,
    `${Math.round(100 * chance)} % to be the best`,
  ].join('\n')
}
