import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowStream, textHash } from './row-stream.ts'

describe('rowStream', () => {
  it('gives the same numbers for the same key, others for another', () => {
    const draw = (...key: number[]) => {
      const stream = rowStream(...key)
      return Array.from({ length: 8 }, () => stream.uniform())
    }
    expect(draw(1, 2)).toEqual(draw(1, 2))
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, row) => {
        expect(draw(seed, row)).not.toEqual(draw(seed, row + 1))
        expect(draw(seed, row)).not.toEqual(draw(seed + 1, row))
      }),
    )
    expect(draw(1)).not.toEqual(draw(1 + 2 ** 40))
  })

  it('spreads the first draws of neighbouring keys evenly', () => {
    const n = 20_000
    const bins = new Array<number>(10).fill(0)
    let lag = 0
    let previous = 0.5
    for (let row = 0; row < n; row++) {
      const u = rowStream(1, row).uniform()
      bins[Math.floor(u * 10)]!++
      lag += (u - 0.5) * (previous - 0.5)
      previous = u
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0)
    expect(chiSquare).toBeLessThan(27.9) // 0.1 % point of chi-square with 9 degrees of freedom
    expect(Math.abs(lag / n / (1 / 12))).toBeLessThan(0.03)
  })

  it('draws an index in proportion to its weight and never one of weight 0', () => {
    const counts = [0, 0, 0, 0]
    for (let row = 0; row < 8000; row++) counts[rowStream(7, row).weighted([1, 0, 3, 0])]!++
    expect(counts[1]! + counts[3]!).toBe(0)
    expect(counts[2]! / counts[0]!).toBeCloseTo(3, 0)
  })

  it('hashes texts apart', () => {
    expect(textHash('')).toBe(0x811c9dc5)
    expect(textHash('a')).toBe(0xe40c292c) // published FNV-1a value
    expect(textHash('easy')).not.toBe(textHash('hard'))
  })
})
