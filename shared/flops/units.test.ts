import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatBytes, formatCount, formatDuration, formatFlops, formatTimeLeft } from './units.ts'

describe('units', () => {
  it.each([
    [0, '0 FLOP'],
    [999, '999 FLOP'],
    [999.6, '1 kFLOP'],
    [16e9, '16 GFLOP'],
    [0.71e6, '710 kFLOP'],
    [2.4e15, '2.4 PFLOP'],
    [698e18, '698 EFLOP'],
    [34.915e18, '34.9 EFLOP'],
    [999.96e15, '1 EFLOP'],
    [-2.4e15, '-2.4 PFLOP'],
    [Number.NaN, 'NaN FLOP'],
  ])('%d is %s', (flops, text) => expect(formatFlops(flops)).toBe(text))

  it('counts and bytes', () => {
    expect(formatCount(41_000)).toBe('41 k')
    expect(formatCount(55)).toBe('55')
    expect(formatBytes(1_372_032)).toBe('1.37 MB')
  })

  it.each([
    [0.2, 'under 1 s'],
    [40.4, '40 s'],
    [99, '99 s'],
    [99.6, '2 min'],
    [743.2, '12 min'],
    [5970, '1 h 40 min'],
    [7200, '2 h'],
    [12_000, '3 h 20 min'],
    [2 * 86_400, '2 d'],
    [100 * 3600, '4 d 4 h'],
    [-1, 'unknown'],
    [Number.POSITIVE_INFINITY, 'unknown'],
  ])('%d s is %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))

  it('says what is left', () => {
    expect(formatTimeLeft(743.2)).toBe('12 min left')
    expect(formatTimeLeft(Number.NaN)).toBe('time left unknown')
  })

  it('prints at most three digits and never 1000 of a unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e26, noNaN: true }), (value) => {
        expect(formatFlops(value)).toMatch(/^(\d{1,3}|\d\.\d{1,2}|\d\d\.\d) [kMGTPEZY]?FLOP$/)
      }),
    )
  })
})
