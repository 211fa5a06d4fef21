import { describe, expect, it } from 'vitest'
import { flopsAmount, shareAmount, stepList, wholeNumber } from './amounts.ts'

describe('amounts on a command line', () => {
  it('reads FLOPs as numbers and with prefixes', () => {
    expect(flopsAmount('2e12')).toBe(2e12)
    expect(flopsAmount('1.6T')).toBe(1.6e12)
    expect(flopsAmount('1.2 EFLOP')).toBe(1.2e18)
    expect(flopsAmount('3 kflops')).toBe(3000)
    for (const bad of ['', 'many', '-2', '0', '2 XFLOP', '1.2.3T'])
      expect(() => flopsAmount(bad)).toThrow(/Write FLOPs/)
  })

  it('reads shares, steps and whole numbers', () => {
    expect(shareAmount('0.3')).toBe(0.3)
    expect(shareAmount('30%')).toBeCloseTo(0.3)
    for (const bad of ['0', '1.1', '130%', 'x']) expect(() => shareAmount(bad)).toThrow(/share/)
    expect(stepList('25, 50,100')).toEqual([25, 50, 100])
    for (const bad of ['25,x', '1.5', '-1', '']) expect(() => stepList(bad)).toThrow(/steps/)
    expect(wholeNumber('7')).toBe(7)
    for (const bad of ['0', '1.5', 'x']) expect(() => wholeNumber(bad)).toThrow(/whole/)
  })
})
