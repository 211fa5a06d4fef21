import { describe, expect, it } from 'vitest'
import type { Histogram, Scorer } from '#shared/contract/datasets.ts'
import { chartTheme } from './chart-theme.ts'
import { binName, histogramFinding, histogramOption, histogramTable } from './histogram.option.ts'

const scorer: Scorer = {
  id: 'steps',
  title: 'Calculation steps',
  unit: 'steps',
  harder: 'higher',
  missing: 0,
  min: 0,
  max: 3,
  integer: true,
}
const histogram: Histogram = {
  scorer: 'steps',
  edges: [-0.5, 0.5, 1.5, 2.5, 3.5],
  pool: [10, 40, 30, 20],
  kept: [0, 0, 30, 20],
  quartiles: [1, 1, 2],
}
const plainly = (text: string) => text.replace(/\u202f/g, ' ')

describe('the histogram of difficulty', () => {
  it('names bins by their value, zero without a sign', () => {
    expect([0, 1, 2, 3].map((bin) => binName(histogram, bin, scorer))).toEqual(['0', '1', '2', '3'])
    expect(binName({ ...histogram, edges: [0, 5, 10] }, 0, scorer)).toBe('0–4')
    expect(binName({ ...histogram, edges: [0, 0.25, 0.5] }, 1, { integer: false })).toBe('0.25–0.5')
  })
  it('says what it shows', () => {
    expect(histogramFinding(histogram, scorer, [null, null])).toBe('Half of the pool has 1 to 2 steps')
    expect(plainly(histogramFinding(histogram, scorer, [2, null]))).toBe('50 % of the pool has 2 or more steps')
    expect(plainly(histogramFinding(histogram, { ...scorer, integer: false, title: 'pass_rate' }, [2, 3]))).toBe(
      '50 % of the pool lies at pass_rate 2 to 3',
    )
    expect(histogramFinding({ ...histogram, pool: [0, 0, 0, 0] }, scorer, [null, null])).toBe('Nothing to draw')
  })
  it('draws bars from 0 with both axes named', () => {
    const { xAxis, yAxis } = histogramOption(histogram, scorer, chartTheme('dark')) as {
      xAxis: { name: string }
      yAxis: { name: string; min: number }
    }
    expect([xAxis.name, yAxis.name, yAxis.min]).toEqual(['calculation steps', 'rows', 0])
  })
  it('has its numbers as a table', () => {
    expect(histogramTable(histogram, scorer).rows[1]?.map((cell) => plainly(String(cell)))).toEqual([
      '1',
      '40',
      '40 %',
      '0',
    ])
  })
})
