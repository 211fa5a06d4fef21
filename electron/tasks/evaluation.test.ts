import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { averageAtK, meanPassAtK, overallScore, passAtK } from './evaluation.ts'

interface Case {
  id: string
  inputs: Record<string, number[][]>
  expected: Record<string, number | number[]>
}
const file = path.join(import.meta.dirname, '../trainer/objectives/objective.vectors.json')
const cases = (JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] }).cases
const vector = (id: string) => cases.find((candidate) => candidate.id === id)!

describe('passAtK', () => {
  it('is the reference', () => {
    const { inputs, expected } = vector('pass_at_k')
    const values = inputs['n_c_k']!.map(([n, c, k]) => passAtK(n!, c!, k!))
    ;(expected['value'] as number[]).forEach((value, i) => expect(values[i]).toBeCloseTo(value, 9))
  })

  it('is the share of all k-subsets that hold a right answer', () => {
    const subsets = (n: number, k: number): number[][] =>
      k === 0 ? [[]] : n < k ? [] : [...subsets(n - 1, k), ...subsets(n - 1, k - 1).map((s) => [...s, n - 1])]
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(8), (n, c0, k0) => {
        const [c, k] = [c0 % (n + 1), 1 + (k0 % n)]
        const all = subsets(n, k)
        const withRight = all.filter((subset) => subset.some((i) => i < c)).length
        expect(passAtK(n, c, k)).toBeCloseTo(withRight / all.length, 10)
      }),
    )
  })

  it('stays exact for many answers and refuses what is no count', () => {
    expect(passAtK(2048, 1, 1024)).toBeCloseTo(0.5, 10)
    expect(passAtK(8, 0, 8)).toBe(0)
    for (const [n, c, k] of [
      [8, 9, 1],
      [8, -1, 1],
      [8, 1, 0],
      [8, 1, 9],
      [8, 0.5, 1],
    ] as const)
      expect(() => passAtK(n, c, k)).toThrow(RangeError)
  })
})

describe('means over prompts', () => {
  it('are the reference', () => {
    const { inputs, expected } = vector('avg_at_k')
    const correct = inputs['correct']!.map((row) => row.reduce((a, b) => a + b, 0))
    const average = averageAtK(correct, 4)
    expect(average.value).toBeCloseTo(expected['avg_at_4'] as number, 9)
    expect(average.standardError).toBeCloseTo(expected['standard_error'] as number, 9)
    expect(meanPassAtK(correct, 4, 4).value).toBeCloseTo(expected['pass_at_4'] as number, 9)
    expect(meanPassAtK(correct, 4, 1).value).toBeCloseTo(average.value, 12)
  })

  it('say nothing where there is nothing', () => {
    expect(averageAtK([], 4)).toEqual({ value: NaN, standardError: NaN, prompts: 0 })
    expect(averageAtK([2], 4)).toEqual({ value: 0.5, standardError: NaN, prompts: 1 })
  })

  it('weigh a benchmark by its problems', () => {
    const scores = [
      { benchmark: 'small', value: 1, problems: 30 },
      { benchmark: 'large', value: 0.4, problems: 270 },
    ]
    expect(overallScore(scores)).toBeCloseTo(0.46, 12)
  })
})
