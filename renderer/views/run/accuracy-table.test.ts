import { describe, expect, it } from 'vitest'
import type { EvaluationPoint } from '#shared/contract/runs.ts'
import { flops } from '../../format/numbers.ts'
import { accuracyTable } from './accuracy-table.ts'

const part = (value: number) => ({ value, lo: value - 0.1, hi: value + 0.1 })
const point = (over: Partial<EvaluationPoint>): EvaluationPoint => ({
  ...{ step: 0, flops: 0, totalFlops: 0, k: 4, n: 10, accuracy: part(0.5), greedy: null },
  ...over,
})

/** What stands beside the accuracy itself. */
const columnsOf = (...points: EvaluationPoint[]) => accuracyTable(points).columns.slice(6)
const cellsOf = (...points: EvaluationPoint[]) => accuracyTable(points).rows.map((row) => row.slice(6))

describe('columns of an evaluation', () => {
  it('begin with the accuracy, its ends and the greedy answer', () => {
    expect(accuracyTable([point({ step: 5, flops: 2e9 })])).toEqual({
      columns: ['step', 'FLOPs', 'accuracy', 'low', 'high', 'greedy'],
      rows: [[5, flops(2e9), '0.5000', '0.4000', '0.6000', '–']],
    })
  })

  it('are no more where an imported curve knows its score alone', () => {
    expect(columnsOf(point({}))).toEqual([])
    expect(cellsOf(point({}))).toEqual([[]])
  })

  it('hold pass@k above 1 and each benchmark, with their ends, and a dash where a point lacks one', () => {
    const whole = point({
      passAtK: [1, 2, 4].map((k) => ({ k, ...part(0.5 + k / 100) })),
      benchmarks: [{ name: 'GSM8K', n: 4, k: 4, accuracy: part(0.3), greedy: null }],
    })
    expect(columnsOf(point({}), whole).filter((title) => !/ (low|high)$/.test(title))).toEqual([
      'pass@2',
      'pass@4',
      'GSM8K',
    ])
    const [reported, none] = cellsOf(whole, point({}))
    expect(reported).toEqual(['0.5200', '0.4200', '0.6200', '0.5400', '0.4400', '0.6400', '0.3000', '0.2000', '0.4000'])
    expect(none).toEqual(new Array(9).fill('–'))
  })
})
