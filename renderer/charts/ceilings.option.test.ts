import { describe, expect, it } from 'vitest'
import type { BranchCurve } from '#shared/contract/contract.ts'
import type { Bar, Facet } from '../curves/facets.ts'
import { trendOf } from '../curves/trends.ts'
import { chartTheme } from './chart-theme.ts'
import { cellText, cellValue } from './chart-table.ts'
import { barLabel, ceilingBarsOption, ceilingBarsTable, labelled } from './ceiling-bars.option.ts'
import { axisOf, performanceCurveOption, performanceTable, residualsOption } from './performance-curve.option.ts'
import { trendOption, trendTable } from './trend.option.ts'

const theme = chartTheme('dark')
type Series = { name?: string; data?: unknown[]; itemStyle?: { color?: string }; symbol?: string }[]
const seriesOf = (option: { series?: unknown }, name: string) =>
  (option.series as Series).filter((series) => series.name === name)

const bar = (run: string, step: number, ceiling: number | null, change: Partial<Bar> = {}): Bar => ({
  run,
  name: run,
  paradigm: step > 0 ? 'sequential' : 'rl',
  step,
  flops: step * 1e17,
  pSft: 70,
  aPost: ceiling === null ? null : { value: ceiling, lo: ceiling - 0.5, hi: ceiling + 0.5 },
  observed: 78,
  verdict: ceiling === null ? 'not-identifiable' : 'identified',
  regime: step > 0 ? 'stable' : null,
  valLoss: step > 0 ? 0.4 : null,
  collapsedAt: null,
  isPrinted: false,
  printed: null,
  printedRegime: null,
  ...change,
})
const facet = (title: string, loss: number, ceiling: number | null): Facet => ({
  key: `run_${title}`,
  title,
  data: title,
  model: 'm',
  bars: [bar('pure', 0, 72), bar(`${title}-a`, 100, ceiling)],
  minValLoss: loss,
  meanCeiling: ceiling,
  best: `${title}-a`,
})
const common = { x: 'compute' as const, largest: 1e19, width: 300, selected: null }

describe('bars of a facet', () => {
  it('stack foundation and plasticity up to the ceiling, from zero', () => {
    const option = ceilingBarsOption({ ...facet('Hard', 0.4, 80), ...common }, theme)
    const [base, gain] = ['P_sft', 'PL_rl'].map((name) => seriesOf(option, name)[0]!.data as { value: number }[])
    expect(base!.map(({ value }) => value)).toEqual([70, 70])
    expect(gain!.map(({ value }) => value)).toEqual([2, 10])
    expect((option.yAxis as { min: number }[])[0]!.min).toBe(0)
  })
  it('say what was seen where no ceiling is identified', () => {
    expect(barLabel(bar('a', 1, null), false)).toBe('≥78')
    expect(barLabel(bar('a', 1, 82.81), true)).toMatch(/^82\.8.* ★$/)
  })
  it('carry a tick where another source prints a ceiling; what is only printed steps back beside curves', () => {
    const bars = [bar('a', 100, 80, { printed: 80.6 }), bar('b', 200, 82, { isPrinted: true })]
    const option = ceilingBarsOption({ ...facet('Hard', 0.4, 80), ...common, bars }, theme)
    expect(seriesOf(option, 'as printed')[0]!.data).toEqual([80.6, '-'])
    const gains = seriesOf(option, 'PL_rl')[0]!.data as { itemStyle: { color: string } }[]
    expect(gains[0]!.itemStyle.color).not.toBe(gains[1]!.itemStyle.color)
    expect(ceilingBarsTable(bars).rows.map((row) => cellText(row.at(-1)!))).toEqual(['80.6', '–'])
    expect(ceilingBarsTable(bars).rows.map((row) => cellText(row[8]!))).toEqual(['identified', 'as printed'])
  })
  it('stand by compute in one unit for all facets, or by step', () => {
    const labels = (x: 'compute' | 'step') => {
      const { xAxis } = ceilingBarsOption({ ...facet('Hard', 0.4, 80), ...common, x }, theme)
      return (xAxis as { data: string[]; name: string }[])[0]!
    }
    expect(labels('compute').name).toContain('EFLOP')
    expect(labels('compute').data.map((text) => text.split('\u200b')[0])).toEqual(['0', '10'])
    expect(labels('step').data.map((text) => text.split('\u200b')[0])).toEqual(['0', '100'])
  })
  it('keep the best bar’s number where there is no room for all, and none that touch', () => {
    const many = Array.from({ length: 13 }, (_, at) => bar(`b${at}`, at, 80))
    const named = labelled(many, 'b8', 200)
    expect(named.has('b8')).toBe(true)
    expect(named.size).toBeLessThan(7)
    expect(labelled(many, 'b8', 13 * 60).size).toBe(13)
    const places = many.map(({ run }, at) => ({ run, at: ((at + 0.5) * 200) / 13 })).filter(({ run }) => named.has(run))
    places.slice(1).forEach(({ at }, before) => expect(at - places[before]!.at).toBeGreaterThanOrEqual(34))
  })
  it('write exact numbers into files', () => {
    const [, row] = ceilingBarsTable([bar('pure', 0, 72), bar('a', 100, null)]).rows
    expect(row!.map(cellText)).toEqual([
      'a',
      '100',
      '10.0 EFLOP',
      '70.0',
      '≥8.0',
      '≥78.0',
      '–',
      '–',
      'not identifiable',
      'stable',
      '0.400',
    ])
    expect(row!.map(cellValue).slice(2, 7)).toEqual([1e19, 70, 8, 78, null])
  })
})

const points = [0, 1, 2, 3, 4, 5, 6].map((at) => {
  const value = at === 4 ? 0.2 : 0.7 + at * 0.01
  return {
    step: at * 10,
    flops: at * 1e18,
    totalFlops: 5e18 + at * 1e18,
    k: 4,
    n: 100,
    accuracy: { value, lo: value - 0.01, hi: value + 0.01 },
    greedy: null,
  }
})
const curve: BranchCurve = {
  run: 'run_a',
  name: 'a',
  paradigm: 'sequential',
  objective: 'grpo',
  data: 'Hard',
  seed: 1,
  state: 'completed',
  parent: 'run_sft',
  parentStep: 100,
  beforeFlops: 5e18,
  points,
  minValLoss: null,
  origin: null,
  regime: null,
  fit: {
    verdict: 'identified',
    params: {},
    pSft: 70,
    plRl: { value: 8, lo: 7, hi: 9 },
    aPost: { value: 78, lo: 77, hi: 79 },
    profile90: { lo: 77, hi: 79 },
    noiseSd: 0.5,
    collapse: { from: 6e18 },
    line: [
      { flops: 1e18, value: 71, lo: 70, hi: 72, extrapolated: false },
      { flops: 8e18, value: 77, lo: 75, hi: 79, extrapolated: true },
    ],
    excluded: [
      { step: 40, why: 'broken' },
      { step: 60, why: 'collapse' },
    ],
    residuals: [{ flops: 1e18, value: 0.3 }],
    rivals: [],
  },
}
const drawn = { curve, x: 'stage' as const, isLog: false, rivals: [], refit: null }

describe('performance against compute', () => {
  const option = performanceCurveOption(drawn, theme)

  it('draws what is left out hollow, named in a legend', () => {
    expect(seriesOf(option, 'measured')[0]!.data).toHaveLength(5)
    const [collapse, broken] = ['collapse, left out', 'broken, left out'].map((name) => seriesOf(option, name)[0]!)
    expect([collapse!.data!.length, broken!.data!.length]).toEqual([1, 1])
    expect(collapse!.itemStyle!.color).toBe(theme.tokens.surface)
    expect((option.legend as { data: string[] }).data).toEqual(['collapse, left out', 'broken, left out'])
  })
  it('is not pressed flat by a broken evaluation: an arrow at the edge stands for it', () => {
    const { min } = option.yAxis as { min: number }
    expect(min).toBeGreaterThan(60)
    expect(seriesOf(option, 'broken, left out')[0]!.data![0]).toMatchObject({ value: [4, min], symbolRotate: 180 })
  })
  it('shows rivals by choice, each with its dash', () => {
    const rivals = [{ model: 'log' as const, at: () => 75 }]
    const shown = performanceCurveOption({ ...drawn, rivals }, theme)
    expect(seriesOf(shown, 'log')).toHaveLength(1)
    expect(seriesOf(option, 'log')).toHaveLength(0)
  })
  it('puts a refit in the place of the fit: solid to the cut, dashed beyond', () => {
    const refit = {
      law: { model: 'sigmoid' as const, at: (flops: number) => 70 + flops / 1e18 },
      ceiling: 81,
      upTo: 3e18,
    }
    const shown = performanceCurveOption({ ...drawn, refit }, theme)
    expect(seriesOf(shown, 'sigmoid, refitted')[0]!.data!.at(-1)).toEqual([3, 73])
    expect(seriesOf(shown, 'extrapolated')[0]!.data![0]).toEqual([3, 73])
  })
  it('stands on the stage’s compute, the total, or steps', () => {
    expect(axisOf({ curve, x: 'stage' }).at(2e18)).toBeCloseTo(2)
    expect(axisOf({ curve, x: 'total' }).at(2e18)).toBeCloseTo(7)
    expect(axisOf({ curve, x: 'step' }).at(2e18)).toBeCloseTo(20)
    const log = performanceCurveOption({ ...drawn, isLog: true }, theme).xAxis as { type: string; min: number }
    expect([log.type, log.min > 0]).toEqual(['log', true])
  })
  it('draws nothing but points where no law is fitted', () => {
    const bare = performanceCurveOption({ ...drawn, curve: { ...curve, fit: null } }, theme)
    expect(seriesOf(bare, 'sigmoid')[0]!.data).toEqual([])
    expect(seriesOf(bare, 'measured')[0]!.data).toHaveLength(7)
    expect(bare.legend).toBeUndefined()
  })
  it('lists the points with what was left out and why', () => {
    const rows = performanceTable(curve).rows.map((row) => row.map(cellText))
    expect(rows[4]!.at(-1)).toBe('broken')
    expect(rows[0]!.at(-1)).toBe('')
    expect(cellValue(performanceTable(curve).rows[2]![1]!)).toBe(2e18)
  })
  it('lines residuals up with the curve', () => {
    const residuals = residualsOption(drawn, [{ flops: 1e18, value: -2.4, isAhead: true }], theme)
    expect((residuals.grid as { right: number }).right).toBe((option.grid as { right: number }).right)
    expect(residuals.yAxis as object).toMatchObject({ min: -3, max: 3 })
  })
})

describe('ceilings against what may raise them', () => {
  const facets = [
    facet('S1K', 0.51, 77),
    facet('Easy102K', 0.44, 79),
    facet('Hard102K', 0.4, 83),
    facet('SFT889K', 0.37, null),
  ]
  const facts = () => ({ size: null, difficulty: null, from: 'name' as const })
  it('keeps a ceiling that is not identified hollow', () => {
    const option = trendOption(trendOf('loss', facets, facts), theme)
    const data = seriesOf(option, 'data set')[0]!.data as { name: string; itemStyle: { color: string } }[]
    expect(data.map(({ itemStyle }) => itemStyle.color === theme.tokens.surface)).toEqual([false, false, false, true])
  })
  it('writes the statistics over the plot, which begins under them', () => {
    const { graphic, grid } = trendOption(trendOf('loss', facets, facts), theme) as {
      graphic: { top: number; style: { text: string; lineHeight: number } }[]
      grid: { top: number }
    }
    const [{ top, style }] = graphic as [(typeof graphic)[number]]
    expect(style.text).toMatch(/^r = −/)
    expect(top + style.text.split('\n').length * style.lineHeight).toBeLessThan(grid.top)
  })
  it('survives having nothing to show', () => {
    expect(() => trendOption(trendOf('scale', [], facts), theme)).not.toThrow()
  })
  it('has a table', () => {
    const rows = trendTable(trendOf('loss', facets, facts)).rows.map((row) => row.map(cellText))
    expect(rows[0]).toEqual(['S1K', '0.510', '77.0', '76.5', '77.5', 'fitted'])
    expect(rows[3]!.slice(2)).toEqual(['≥ 78.0', '–', '–', 'not identifiable'])
  })
})
