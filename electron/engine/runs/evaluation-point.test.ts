import { describe, expect, it } from 'vitest'
import { accuracyInterval, wilsonInterval } from '#shared/analysis/accuracy.ts'
import { byMetric } from '../analysis/point-score.ts'
import type { EvaluationRow } from '../store/measurements.ts'
import { evaluationPoint } from './read-runs.ts'

const row = (over: Partial<EvaluationRow>): EvaluationRow => ({
  ...{ run_no: 1, step: 3, flops: 10, k: 2, prompt_ids: '[0,1,2,3,4]' },
  ...{ correct: '[2,1,0,2,8]', greedy: '[1,0,0,1,1]', score: null, problems: null, benchmarks: null, sets: null },
  ...over,
})
const run = { kind: 'rl', before_flops: 5 } as const
const sets = JSON.stringify([
  { name: 'gsm8k', prompts: 3, k: 2 },
  { name: 'math500', prompts: 1, k: 2 },
  { name: 'aime24', prompts: 1, k: 16 },
])

describe('an evaluation on several benchmarks', () => {
  const point = evaluationPoint(row({ sets }), run)

  it('has each by itself, with the answers that were sampled for it', () => {
    expect(point.benchmarks?.map(({ name, n, k, accuracy }) => [name, n, k, accuracy.value])).toEqual([
      ['gsm8k', 3, 2, 0.5],
      ['math500', 1, 2, 1],
      ['aime24', 1, 16, 0.5],
    ])
    expect(point.benchmarks![0]!.greedy).toMatchObject({ value: 1 / 3 })
    expect(point.benchmarks![2]!.passAtK!.map(({ k }) => k)).toEqual([1, 2, 4, 8, 16])
    expect(point.scores).toEqual({ gsm8k: 0.5, math500: 1, aime24: 0.5 })
  })

  it('is overall the mean over all problems: benchmarks weigh by their size', () => {
    expect(point.accuracy.value).toBeCloseTo((3 * 0.5 + 1 + 0.5) / 5, 12)
    expect([point.n, point.k, point.totalFlops]).toEqual([5, 2, 15])
    expect(point.passAtK!.map(({ k }) => k)).toEqual([1, 2])
    const { lo, hi } = accuracyInterval([2, 1, 0, 2].map((correct) => ({ correct, answers: 2 })).concat({ correct: 8, answers: 16 })) // prettier-ignore
    expect([point.accuracy.lo, point.accuracy.hi]).toEqual([lo, hi])
  })

  it("is read by benchmark, and by the paper's groups under our names and the curve files'", () => {
    expect(byMetric(point, 'aime24', {})).toMatchObject({ n: 1, k: 16, accuracy: point.benchmarks![2]!.accuracy })
    const easy = byMetric(point, 'easy', {})!
    expect([easy.n, easy.accuracy.value]).toEqual([4, (3 * 0.5 + 1) / 4])
    expect(easy.accuracy.lo).toBeLessThan(easy.accuracy.value)
    expect([byMetric(point, 'hard', {}), byMetric(point, 'nothing', {})]).toEqual([null, null])
  })
})

describe('pass@k of an evaluation', () => {
  it('stands for powers of two with an interval: Wilson where k is all the answers', () => {
    const { passAtK } = evaluationPoint(row({ correct: '[2,1,0,2,0]' }), run)
    const { value, lo, hi } = wilsonInterval(3, 5)
    expect(passAtK).toEqual([expect.objectContaining({ k: 1, value: 0.5 }), { k: 2, value, lo, hi }])
  })

  it('is not claimed where only a score is known', () =>
    expect(
      evaluationPoint(row({ score: 0.5, problems: 10, correct: '[]', greedy: '[]' }), run).passAtK,
    ).toBeUndefined())
})
