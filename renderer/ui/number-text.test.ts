import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readNumber, showNumber } from './number-text.ts'

const any = { min: -Infinity, max: Infinity, integer: false, nullable: false }

it.each([
  ['4,000', 4000],
  ['1e-3', 0.001],
  ['.5', 0.5],
  ['2_000', 2000],
  ['−3', -3],
  [' 12 ', 12],
])('reads %j', (text, value) => expect(readNumber(text, any)).toEqual({ ok: true, value }))

it.each([
  ['', any, 'a number is needed'],
  ['abc', any, 'not a number'],
  ['1.5', { ...any, integer: true }, 'a whole number'],
  ['0', { ...any, min: 1 }, 'at least 1'],
  ['2000', { ...any, max: 1000 }, 'at most 1,000'],
])('refuses %j and says why', (text, limits, why) => expect(readNumber(text, limits)).toEqual({ ok: false, why }))

it('takes nothing for null where nothing is allowed', () =>
  expect(readNumber('', { ...any, nullable: true })).toEqual({ ok: true, value: null }))

it('reads back what it shows', () => {
  const number = fc.double({ min: -1e11, max: 1e11, noNaN: true }).map((value) => Number(value.toPrecision(9)))
  fc.assert(
    fc.property(number, (value) => {
      const read = readNumber(showNumber(value), any)
      expect(read.ok && read.value).toBeCloseTo(value, 9)
    }),
  )
})
