import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accuracyInterval, evaluationSd, wilsonInterval } from './accuracy.ts'
import { diceFor } from './dice.ts'
import { mean } from './order-statistics.ts'
import { passAtK, passAtKInterval, reportedK } from './pass-at-k.ts'

interface Case {
  id: string
  inputs: Record<string, number[][]>
  expected: Record<string, number | number[]>
}
const file = path.join(import.meta.dirname, '../../electron/trainer/objectives/objective.vectors.json')
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

describe('its interval', () => {
  const outcomes = (correct: readonly number[], answers: number) => correct.map((one) => ({ correct: one, answers }))

  it('stands around the reference value, and at k = 1 it is that of avg@k', () => {
    const { inputs, expected } = vector('avg_at_k')
    const right = inputs['correct']!.map((row) => row.reduce((a, b) => a + b, 0))
    expect(passAtKInterval(outcomes(right, 4), 4).value).toBeCloseTo(expected['pass_at_4'] as number, 9)
    expect(accuracyInterval(outcomes(right, 4)).value).toBeCloseTo(expected['avg_at_4'] as number, 9)
    expect(evaluationSd(outcomes(right, 4))).toBeCloseTo(expected['standard_error'] as number, 9)
    const [first, average] = [passAtKInterval(outcomes(right, 4), 1), accuracyInterval(outcomes(right, 4))]
    for (const end of ['value', 'lo', 'hi'] as const) expect(first[end]).toBeCloseTo(average[end], 12)
  })

  it('is Wilson on solved prompts where k is all the answers', () =>
    expect(passAtKInterval(outcomes([0, 1, 3, 4, 0], 4), 4)).toEqual(wilsonInterval(3, 5)))

  it('covers the truth about as often as it says, answers of a prompt being alike', () => {
    const dice = diceFor(7).uniform
    const [prompts, answers, k, trials] = [60, 8, 3, 1500]
    // Hard, even and easy prompts: pass@3 of each is known.
    const rates = [0.02, 0.5, 0.9]
    const truth = mean(rates.map((p) => 1 - (1 - p) ** k))
    let held = 0
    for (let t = 0; t < trials; t++) {
      const drawn = Array.from({ length: prompts }, () => {
        const p = rates[Math.floor(dice() * rates.length)]!
        return {
          answers,
          correct: Array.from({ length: answers }, () => (dice() < p ? 1 : 0)).reduce<number>((a, b) => a + b, 0),
        }
      })
      const { lo, hi } = passAtKInterval(drawn, k)
      if (lo <= truth && truth <= hi) held++
    }
    expect(held / trials).toBeGreaterThan(0.93)
    expect(held / trials).toBeLessThan(0.97)
  })

  it('never shrinks to a point, and has none without prompts', () => {
    const { lo, hi } = passAtKInterval(outcomes([2, 2, 2], 4), 2)
    expect(hi - lo).toBeGreaterThan(0.3)
    expect(() => passAtKInterval([], 1)).toThrow('No prompts')
  })

  it('is reported for powers of two and all answers', () => {
    expect([1, 4, 6, 16].map(reportedK)).toEqual([[1], [1, 2, 4], [1, 2, 4, 6], [1, 2, 4, 8, 16]])
  })
})
