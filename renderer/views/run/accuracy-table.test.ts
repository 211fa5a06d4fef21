import { describe, expect, it } from 'vitest'
import type { EvaluationPoint } from '#shared/contract/runs.ts'
import { evaluationCells, evaluationColumns } from './evaluation-columns.ts'

const part = (value: number) => ({ value, lo: value - 0.1, hi: value + 0.1 })
const point = (over: Partial<EvaluationPoint>): EvaluationPoint => ({
  ...{ step: 0, flops: 0, totalFlops: 0, k: 4, n: 10, accuracy: part(0.5), greedy: null },
  ...over,
})

describe('columns of an evaluation', () => {
  it('are none where an imported curve knows its score alone', () => {
    expect(evaluationColumns([point({})])).toEqual([])
    expect(evaluationCells([point({})], point({}))).toEqual([])
  })

  it('hold pass@k above 1 and each benchmark, with their ends, and a dash where a point lacks one', () => {
    const whole = point({
      passAtK: [1, 2, 4].map((k) => ({ k, ...part(0.5 + k / 100) })),
      benchmarks: [{ name: 'GSM8K', n: 4, k: 4, accuracy: part(0.3), greedy: null }],
    })
    expect(evaluationColumns([point({}), whole]).filter((title) => !/ (low|high)$/.test(title))).toEqual([
      'pass@2',
      'pass@4',
      'GSM8K',
    ])
    expect(evaluationCells([whole], whole)).toEqual([
      '0.5200',
      '0.4200',
      '0.6200',
      '0.5400',
      '0.4400',
      '0.6400',
      '0.3000',
      '0.2000',
      '0.4000',
    ])
    expect(evaluationCells([whole], point({}))).toEqual(new Array(9).fill('–'))
  })
})
