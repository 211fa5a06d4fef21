import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binEdges, niceStep } from './bins.ts'

const scorer = (parts: object) => ({ integer: false, min: 0, max: 1, tries: null, ...parts })

describe('bin edges', () => {
  it('give each whole number a bin of its own while they are few', () => {
    expect(binEdges(scorer({ integer: true, min: 1, max: 4 }), 30)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5])
    expect(binEdges(scorer({ integer: true, min: 0, max: 0 }), 30)).toEqual([-0.5, 0.5])
  })
  it('give each k of n a bin of its own, centred on k/n', () => {
    expect(binEdges(scorer({ tries: 4 }), 30)).toEqual([-0.125, 0.125, 0.375, 0.625, 0.875, 1.125])
  })
  it('are round and even elsewhere', () => {
    expect(binEdges(scorer({ integer: true, min: 63, max: 3381 }), 30).slice(0, 4)).toEqual([0, 200, 400, 600])
    expect(binEdges(scorer({ min: 0.1, max: 0.73 }), 7)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
  })
  it('are none where there are no values', () => expect(binEdges(scorer({ min: null, max: null }), 30)).toEqual([]))

  it('rise evenly and hold every value, for any scorer', () => {
    const number = fc
      .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.constantFrom(1, 1e-3, 1e3, 1e-7))
      .map(([k, scale]) => k * scale)
    fc.assert(
      fc.property(number, number, fc.boolean(), fc.integer({ min: 2, max: 200 }), (a, b, integer, bins) => {
        const [min, max] = [Math.min(a, b), Math.max(a, b)].map((x) => (integer ? Math.round(x) : x)) as [
          number,
          number,
        ]
        // Closer together than that against their size, values are one point on any chart.
        fc.pre(max === min || max - min > 1e-6 * Math.max(Math.abs(min), Math.abs(max)))
        const edges = binEdges(scorer({ integer, min, max }), bins)
        const steps = edges.slice(1).map((edge, i) => edge - edges[i]!)
        // Round edges may cut off an ulp; binSql counts what lies within a billionth of a bin.
        const slack = 1e-9 * steps[0]!
        expect(edges[0]).toBeLessThanOrEqual(min + slack)
        expect(edges.at(-1)!).toBeGreaterThan(max - slack)
        expect(Math.min(...steps)).toBeGreaterThan(0)
        expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.01)
        expect(edges.length - 1).toBeLessThanOrEqual(Math.max(bins + 2, integer ? 2 * bins : 0))
      }),
    )
  })
  it('stay round where a value lies an ulp outside', () => {
    expect(binEdges(scorer({ min: -0.009000000000000001, max: 0 }), 9)[0]).toBe(-0.009)
    expect(binEdges(scorer({ min: -0.013000000000000001, max: 0 }), 13)[0]).toBe(-0.013)
  })
  it('have steps of 1, 2, 2.5 or 5', () =>
    expect([0.011, 0.03, 0.21, 7, 130].map(niceStep)).toEqual([0.02, 0.05, 0.25, 10, 200]))
})
