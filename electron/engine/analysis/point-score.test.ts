import { describe, expect, it } from 'vitest'
import { byMetric } from './point-score.ts'

const sizes = { gsm8k: 1000, math: 500, aime: 30 }
const point = {
  step: 10,
  flops: 1e12,
  totalFlops: 3e12,
  k: 4,
  n: 1530,
  accuracy: { value: 0.7, lo: 0.68, hi: 0.72 },
  greedy: { value: 0.66, lo: 0.6, hi: 0.7 },
  scores: { gsm8k: 0.9, math: 0.6, aime: 0.1 },
}

describe('an evaluation by another score', () => {
  it('is itself where the overall score is asked for', () => {
    expect(byMetric(point, 'overall', sizes)).toBe(point)
  })
  it('takes the greedy answers, where there are any', () => {
    expect(byMetric(point, 'greedy', sizes)?.accuracy).toEqual(point.greedy)
    expect(byMetric({ ...point, greedy: null }, 'greedy', sizes)).toBeNull()
  })
  it('takes one benchmark with an interval over its problems', () => {
    const found = byMetric(point, 'aime', sizes)!
    expect([found.accuracy.value, found.n]).toEqual([0.1, 30])
    expect(found.accuracy.hi - found.accuracy.lo).toBeGreaterThan(0.15)
    expect(byMetric(point, 'minerva', sizes)).toBeNull()
  })
  it('weighs a group by the sizes of its benchmarks', () => {
    const found = byMetric(point, 'easy', sizes)!
    expect(found.accuracy.value).toBeCloseTo((0.9 * 1000 + 0.6 * 500) / 1500)
    expect(found.n).toBe(1500)
    expect(byMetric(point, 'medium', sizes)).toBeNull()
  })
  it('knows a benchmark whose size nobody told, without an interval', () => {
    const found = byMetric(point, 'math', {})!
    expect([found.accuracy, found.n]).toEqual([{ value: 0.6, lo: 0.6, hi: 0.6 }, 0])
  })
  it('has none for a run that was evaluated on one set', () => {
    expect(byMetric({ ...point, scores: undefined }, 'math', sizes)).toBeNull()
  })
})
