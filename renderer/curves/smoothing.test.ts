import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { smoothed, trendOf } from './smoothing.ts'

describe('smoothing', () => {
  it('is the value itself at weight 0 and begins at the first value', () => {
    expect(smoothed([3, 1, 2], 0)).toEqual([3, 1, 2])
    expect(smoothed([5, 1], 0.9)[0]).toBeCloseTo(5, 12)
  })

  it('matches a hand-computed case: weight 0.5 over 1, 3', () => {
    // sums .5, 1.75; norms .5, .75 -> 1, 2.3333
    expect(smoothed([1, 3], 0.5)[1]).toBeCloseTo(7 / 3, 12)
  })

  it('leaves a constant a constant and stays within the data', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1 }), (values) => {
        const result = smoothed(values, 0.8)
        expect(Math.max(...result)).toBeLessThanOrEqual(Math.max(...values) + 1e-9)
        expect(Math.min(...result)).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9)
      }),
    )
  })

  it('passes over values that are not finite', () => {
    expect(smoothed([2, Number.NaN, 2], 0.5)).toEqual([2, 2, 2])
  })
})

describe('trend', () => {
  it('says rising, falling or flat, and nothing on few points', () => {
    const line = (slope: number) => Array.from({ length: 50 }, (_, i) => slope * i + (i % 2) * 0.01)
    expect(trendOf(line(1))).toBe('rising')
    expect(trendOf(line(-1))).toBe('falling')
    expect(trendOf(Array.from({ length: 50 }, (_, i) => i % 2))).toBe('flat')
    expect(trendOf([1, 2, 3])).toBeNull()
  })
})
