import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactNumber, sameNumber } from './exact-number.ts'

const value = (text: string) => {
  const number = exactNumber(text)
  return number && `${number.n}/${number.d}`
}

describe('exactNumber', () => {
  it.each([
    ['72', '72/1'],
    ['1,200', '1200/1'],
    ['999,000', '999000/1'],
    ['1{,}000', '1000/1'],
    ['$18', '18/1'],
    ['\\$18.50', '37/2'],
    ['18$', '18/1'],
    ['$18$', '18/1'],
    ['-3', '-3/1'],
    ['−3', '-3/1'],
    ['-$3', '-3/1'],
    ['$-3', '-3/1'],
    ['+3', '3/1'],
    ['0.50', '1/2'],
    ['.5', '1/2'],
    ['5.', '5/1'],
    ['75%', '75/1'],
    ['75\\%', '75/1'],
    ['3/4', '3/4'],
    ['6/8', '3/4'],
    ['\\frac{3}{4}', '3/4'],
    ['-\\dfrac{3}{4}', '-3/4'],
    ['1 1/2', '3/2'],
    ['-1 1/2', '-3/2'],
    ['18 eggs', '18/1'],
    ['18 dollars.', '18/1'],
    ['**18**', '18/1'],
    ['0', '0/1'],
    ['-0', '0/1'],
    ['123456789012345678901234567890', '123456789012345678901234567890/1'],
  ])('reads %s', (text, expected) => expect(value(text)).toBe(expected))

  it.each([
    '',
    'eggs',
    '5 or 6',
    '5, 6',
    '3,5',
    '12,34',
    '1/0',
    '1 1/0',
    '--3',
    '3-',
    '1.2.3',
    'x = 5',
    '1/2/3',
    '9'.repeat(400),
  ])('is no number: %s', (text) => expect(exactNumber(text)).toBeNull())

  it('never throws, and reads back what it can write', () => {
    fc.assert(fc.property(fc.string(), (text) => void exactNumber(text)))
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 6 }), (n, places) => {
        const scaled = `${n < 0n ? '-' : ''}${String(n < 0n ? -n : n).padStart(places + 1, '0')}`
        const text = places ? `${scaled.slice(0, -places)}.${scaled.slice(-places)}` : scaled
        const fraction = exactNumber(text)!
        expect(fraction.n * 10n ** BigInt(places)).toBe(n * fraction.d)
        expect(sameNumber(fraction, exactNumber(`${n}/1${'0'.repeat(places)}`)!)).toBe(true)
      }),
    )
  })
})
