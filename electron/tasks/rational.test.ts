import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  add,
  compare,
  decimal,
  divide,
  equals,
  multiply,
  negate,
  power,
  rational,
  rounded,
  toNumber,
  zero,
} from './rational.ts'

const fraction = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.bigInt({ min: 1n, max: 10n ** 20n }))
  .map(([n, d]) => rational(n, d))

describe('rational', () => {
  it('is reduced, with a positive denominator', () => {
    expect(rational(6n, -8n)).toEqual({ n: -3n, d: 4n })
    expect(rational(0n, -8n)).toEqual({ n: 0n, d: 1n })
    expect(() => rational(1n, 0n)).toThrow(RangeError)
  })

  it('is a field', () => {
    fc.assert(
      fc.property(fraction, fraction, fraction, (a, b, c) => {
        expect(add(a, b)).toEqual(add(b, a))
        expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)))
        expect(add(a, negate(a))).toEqual(zero)
        if (b.n !== 0n) expect(multiply(divide(a, b), b)).toEqual(a)
        expect(compare(a, b)).toBe(-compare(b, a))
        expect(equals(a, b)).toBe(compare(a, b) === 0)
      }),
    )
  })

  it.each([
    ['12', 12n, 1n],
    ['3.140', 157n, 50n],
    ['.5', 1n, 2n],
    ['5.', 5n, 1n],
  ])('reads %s', (text, n, d) => expect(decimal(text)).toEqual({ n, d }))

  it('raises to whole powers', () => {
    expect(power(rational(-2n, 3n), 3n)).toEqual({ n: -8n, d: 27n })
    expect(power(rational(-2n, 3n), -2n)).toEqual({ n: 9n, d: 4n })
    expect(() => power(zero, -1n)).toThrow(RangeError)
  })

  it.each([
    [1n, 3n, 6, 333333n],
    [-1n, 3n, 6, -333333n],
    [2n, 3n, 6, 666667n],
    [1n, 2n, 0, 0n], // halves to even
    [3n, 2n, 0, 2n],
    [-1n, 2n, 0, 0n],
    [-3n, 2n, 0, -2n],
  ])('%i/%i to %i places is %i', (n, d, places, expected) => expect(rounded(rational(n, d), places)).toBe(expected))

  it('becomes the nearest double, also beyond their range', () => {
    expect(toNumber(rational(1n, 3n))).toBe(1 / 3)
    expect(toNumber(rational(10n ** 400n + 1n, 10n ** 400n))).toBe(1)
    expect(toNumber(rational(10n ** 400n, 3n * 10n ** 400n))).toBeCloseTo(1 / 3, 15)
    expect(toNumber(rational(10n ** 400n))).toBe(Infinity)
  })
})
