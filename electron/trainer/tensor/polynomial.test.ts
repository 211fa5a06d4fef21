import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluate, interpolate, isConstant, isWhole } from './polynomial.ts'

describe('polynomials in sizes', () => {
  it('finds the coefficients from values at the corners of a box', () => {
    const sides = fc.array(fc.record({ low: fc.integer({ min: 2, max: 20 }), step: fc.integer({ min: 1, max: 9 }) }), {
      maxLength: 3,
    })
    const cases = sides.chain((box) =>
      fc.record({
        box: fc.constant(box),
        coefficients: fc.array(fc.integer({ min: -9, max: 9 }), {
          minLength: 2 ** box.length,
          maxLength: 2 ** box.length,
        }),
      }),
    )
    fc.assert(
      fc.property(cases, ({ box, coefficients }) => {
        const [low, high] = [box.map(({ low }) => low), box.map(({ low, step }) => low + step)]
        const corner = (bits: number) => low.map((value, i) => (bits & (1 << i) ? high[i]! : value))
        const values = coefficients.map((_, bits) => evaluate(coefficients, corner(bits)))
        const found = interpolate(values, low, high)
        expect(found.every((c, i) => Math.abs(c - coefficients[i]!) < 1e-9)).toBe(true)
      }),
    )
  })

  it('knows rows x (width - 1)', () => {
    const rowsTimesSteps = interpolate([2 * 4, 3 * 4, 2 * 6, 3 * 6], [2, 5], [3, 7])
    expect(rowsTimesSteps).toEqual([0, -1, 0, 1]) // -rows + rows width
    expect(evaluate(rowsTimesSteps, [61, 28])).toBe(61 * 27)
    expect(isConstant(rowsTimesSteps)).toBe(false)
    expect(isConstant([96, 0, 0, 0])).toBe(true)
    expect(isWhole([0.5, 1])).toBe(false)
  })
})
