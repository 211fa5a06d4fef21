import { describe, expect, it } from 'vitest'
import {
  accuracy,
  bytes,
  compact,
  count,
  counted,
  decimalsFor,
  difference,
  flops,
  flopUnit,
  interval,
  percent,
  plain,
  plusMinus,
  scientific,
  tick,
} from './numbers.ts'

/** Narrow no-break spaces read as spaces here. */
const plainly = (text: string) => text.replace(/\u202f/g, ' ')

describe('numbers as a reader wants them', () => {
  it('groups and counts', () => {
    expect(count(889_214)).toBe('889,214')
    expect(count(-0)).toBe('0')
    expect(count(-1200)).toBe('−1,200')
    expect([counted(1, 'row'), counted(2, 'row')]).toEqual(['1 row', '2 rows'])
  })
  it.each([
    [0, '0'],
    [999, '999'],
    [999.6, '1000'],
    [4200, '4.20k'],
    [41_300, '41.3k'],
    [99_960, '100k'],
    [871_000_000, '871 M'],
    [2.15e9, '2.15 G'],
  ])('shortens %d to %s', (value, text) => expect(plainly(compact(value))).toBe(text))
  it('labels axes without trailing zeros', () => {
    expect([1500, 60_000, 1200, 0, 41_300].map(tick).map(plainly)).toEqual(['1.5k', '60k', '1.2k', '0', '41.3k'])
  })
  it('writes compute in engineering units', () => {
    expect([2.4e15, 6.98e20, 1.1e9, 0, 999.9e12].map(flops)).toEqual([
      '2.40 PFLOP',
      '698 EFLOP',
      '1.10 GFLOP',
      '0 FLOP',
      '1.00 PFLOP',
    ])
    expect(flopUnit(2.4e15)).toEqual({ factor: 1e15, unit: 'PFLOP' })
  })
  it('writes sizes as disks are sold', () => {
    expect([0, 512, 812e6, 1.4e9, 24e9].map(bytes)).toEqual(['0 B', '512 B', '812 MB', '1.4 GB', '24 GB'])
  })
  it('writes shares as percent', () => {
    expect([0.24, 0.074, 0, 1].map((share) => plainly(percent(share)))).toEqual(['24 %', '7.4 %', '0 %', '100 %'])
  })
  it('gives as many digits as the uncertainty allows', () => {
    expect([0.6, 0.14, 12, 0.02, 0, NaN].map(decimalsFor)).toEqual([1, 2, 0, 2, 1, 1])
    expect(plusMinus(76.41, 0.62)).toBe('76.4 ± 0.6')
    expect(interval(82.31, 80.44, 83.9)).toBe('82.3 [80.4, 83.9]')
    expect(accuracy({ value: 0.764, lo: 0.745, hi: 0.783 })).toBe('76.4 ± 1.9')
  })
  it('writes plain, small and large values', () => {
    expect([0.1234, 12.345, 1234.5, 0.00012, 2.5e-4].map((value) => plain(value))).toEqual([
      '0.123',
      '12.3',
      '1,235',
      '1.2e-4',
      '2.5e-4',
    ])
    expect(scientific(0.001)).toBe('1e-3')
    expect([difference(0.87), difference(-1.214), difference(0)]).toEqual(['+0.87', '−1.21', '0.00'])
  })
})
