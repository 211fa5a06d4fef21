import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accuracyInterval, evaluationSd, pairedDifference, samplingSd, wilsonInterval } from './accuracy.ts'
import { diceFor } from './dice.ts'
import vectors from './vectors/scipy.vectors.json' with { type: 'json' }

describe("Wilson's interval", () => {
  it('agrees with scipy', () => {
    for (const c of vectors.wilson) {
      const interval = wilsonInterval(c.correct, c.n, c.level)
      expect(interval.lo).toBeCloseTo(c.lo, 10)
      expect(interval.hi).toBeCloseTo(c.hi, 10)
    }
  })
  it('holds its value and stays in 0..1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const { value, lo, hi } = wilsonInterval(Math.round(share * n), n)
        expect(lo).toBeGreaterThanOrEqual(0)
        expect(hi).toBeLessThanOrEqual(1)
        expect(lo).toBeLessThanOrEqual(value)
        expect(hi).toBeGreaterThanOrEqual(value)
      }),
    )
  })
  it('refuses no prompts and impossible counts', () => {
    expect(() => wilsonInterval(0, 0)).toThrow(/No prompts/)
    expect(() => wilsonInterval(5, 4)).toThrow(expect.objectContaining({ input: '5 of 4' }))
  })
})

describe('by prompt', () => {
  it('by hand: shares 0, 1/2, 1/2, 1', () => {
    // Mean 1/2, SD √(1/6), SE √(1/24) = 0.20412; t(0.975, 3) = 3.18245: 0.5 ± 0.64962, cut to 0..1.
    const outcomes = [0, 1, 1, 2].map((correct) => ({ correct, answers: 2 }))
    expect(accuracyInterval(outcomes)).toEqual({ value: 0.5, lo: 0, hi: 1, n: 4, level: 0.95, method: 'by-prompt' })
    // t(0.75, 3) = 0.76489: half 0.15613.
    const half = accuracyInterval(outcomes, 0.5)
    expect(half.lo).toBeCloseTo(0.5 - 0.156133, 5)
    expect(half.hi).toBeCloseTo(0.5 + 0.156133, 5)
  })
  it('is Wilson where each prompt was answered once', () => {
    const outcomes = Array.from({ length: 10 }, (_, i) => ({ correct: i < 3 ? 1 : 0, answers: 1 }))
    expect(accuracyInterval(outcomes)).toEqual(wilsonInterval(3, 10))
  })
  it('does not shrink to a point where all prompts agree', () => {
    const { lo, hi, value } = accuracyInterval(Array.from({ length: 50 }, () => ({ correct: 4, answers: 4 })))
    expect(value).toBe(1)
    expect(hi).toBe(1)
    expect(lo).toBeCloseTo(wilsonInterval(50, 50).lo, 12)
  })
  it('more answers to the same prompts do not buy more prompts', () => {
    const few = Array.from({ length: 40 }, (_, i) => ({ correct: i % 2 === 0 ? 4 : 0, answers: 4 }))
    const many = few.map((o) => ({ correct: o.correct * 8, answers: 32 }))
    expect(accuracyInterval(many)).toEqual(accuracyInterval(few))
  })
  it('covers the truth about as often as it says', () => {
    const dice = diceFor(11)
    let covered = 0
    for (let trial = 0; trial < 400; trial++) {
      const outcomes = Array.from({ length: 60 }, () => {
        const p = dice.uniform()
        return { correct: [0, 1, 2, 3].filter(() => dice.uniform() < p).length, answers: 4 }
      })
      const { lo, hi } = accuracyInterval(outcomes, 0.9)
      if (lo <= 0.5 && 0.5 <= hi) covered++
    }
    expect(covered / 400).toBeGreaterThan(0.85)
    expect(covered / 400).toBeLessThan(0.95)
  })
})

describe('paired differences', () => {
  it('by hand: gaps 0, 1/2, 1/2, 1', () => {
    const first = [0, 0, 1, 0].map((correct) => ({ correct, answers: 2 }))
    const second = [0, 1, 2, 2].map((correct) => ({ correct, answers: 2 }))
    const d = pairedDifference(first, second)
    expect(d.value).toBe(0.5)
    expect(d.standardError).toBeCloseTo(Math.sqrt(1 / 24), 12)
    expect(d.standardErrors).toBeCloseTo(0.5 / Math.sqrt(1 / 24), 12)
  })
  it('is tighter than two separate accuracies where prompts differ in difficulty', () => {
    const first = Array.from({ length: 100 }, (_, i) => ({ correct: i < 50 ? 0 : 3, answers: 4 }))
    const second = first.map((o, i) => ({ correct: o.correct + (i % 4 === 0 ? 1 : 0), answers: 4 }))
    const paired = pairedDifference(first, second)
    const [a, b] = [evaluationSd(first), evaluationSd(second)]
    expect(paired.standardError).toBeLessThan(Math.hypot(a, b) / 3)
  })
  it('nothing changed is 0 standard errors, all changed alike is infinitely many', () => {
    const same = [1, 1, 1].map((correct) => ({ correct, answers: 2 }))
    expect(pairedDifference(same, same).standardErrors).toBe(0)
    expect(
      pairedDifference(
        same,
        same.map((o) => ({ ...o, correct: 2 })),
      ).standardErrors,
    ).toBe(Infinity)
  })
  it('refuses unlike prompts', () => {
    expect(() => pairedDifference([{ correct: 1, answers: 1 }], [])).toThrow(
      expect.objectContaining({ input: '1 and 0 prompts' }),
    )
  })
})

describe('noise of an evaluation', () => {
  it('sampling noise on fixed prompts, by hand', () => {
    // Two prompts, 1 of 2 and 2 of 2: p (1 - p) / (k - 1) = 0.25 and 0; √0.25 / 2.
    expect(
      samplingSd([
        { correct: 1, answers: 2 },
        { correct: 2, answers: 2 },
      ]),
    ).toBeCloseTo(0.25, 12)
    expect(samplingSd([{ correct: 1, answers: 1 }])).toBeNull()
  })
  it('matches what repeated evaluations of fixed prompts scatter by', () => {
    const dice = diceFor(4)
    const difficulty = Array.from({ length: 80 }, () => dice.uniform())
    const evaluate = () =>
      difficulty.map((p) => ({ correct: [0, 1, 2, 3].filter(() => dice.uniform() < p).length, answers: 4 }))
    const runs = Array.from({ length: 300 }, () => accuracyInterval(evaluate()).value)
    const centre = runs.reduce((a, b) => a + b, 0) / runs.length
    const scatter = Math.sqrt(runs.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (runs.length - 1))
    expect(samplingSd(evaluate())! / scatter).toBeGreaterThan(0.85)
    expect(samplingSd(evaluate())! / scatter).toBeLessThan(1.15)
  })
  it('one answer a prompt: binomial', () => {
    const outcomes = Array.from({ length: 100 }, (_, i) => ({ correct: i < 20 ? 1 : 0, answers: 1 }))
    expect(evaluationSd(outcomes)).toBeCloseTo(0.04, 12)
  })
})
