import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathOperators } from './path-operators.ts'

const numbersOf = (operators: string): number[][] =>
  operators.split('\n').map((line) => line.split(' ').slice(0, -1).map(Number))

describe('path data as PDF operators', () => {
  it('keeps lines, curves and closing', () => {
    expect(pathOperators('M1 2L3 4C5 6 7 8 9 10Z')).toBe('1 2 m\n3 4 l\n5 6 7 8 9 10 c\nh')
  })
  it('follows relative commands and repeated arguments', () => {
    expect(pathOperators('M10 10l5 0l0 -5Zm1 1')).toBe('10 10 m\n15 10 l\n15 5 l\nh\n11 11 m')
    expect(pathOperators('M0 0 1 1 2 0')).toBe('0 0 m\n1 1 l\n2 0 l')
    expect(pathOperators('M1 1H5V-2')).toBe('1 1 m\n5 1 l\n5 -2 l')
  })
  it('raises a quadratic curve to a cubic', () => {
    expect(pathOperators('M0 0Q3 3 6 0')).toBe('0 0 m\n2 2 4 2 6 0 c')
  })
  it('draws a circle of arcs that stays on the circle', () => {
    const [, ...curves] = numbersOf(pathOperators('M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0'))
    expect(curves).toHaveLength(4)
    let [x, y] = [1, 0]
    for (const [x1, y1, x2, y2, x3, y3] of curves as [number, number, number, number, number, number][]) {
      const middle = [x + 3 * x1 + 3 * x2 + x3, y + 3 * y1 + 3 * y2 + y3].map((sum) => sum / 8)
      expect(Math.hypot(...middle)).toBeCloseTo(1, 3)
      expect(Math.hypot(x3, y3)).toBeCloseTo(1, 3)
      ;[x, y] = [x3, y3]
    }
    expect([x, y]).toEqual([1, 0])
  })
  it('ends every arc where it should', () => {
    const size = fc.integer({ min: 1, max: 50 })
    const place = fc.integer({ min: -50, max: 50 })
    fc.assert(
      fc.property(size, size, fc.integer({ min: 0, max: 180 }), fc.boolean(), fc.boolean(), place, place, (...args) => {
        const [rx, ry, turn, large, sweep, x, y] = args
        fc.pre(x !== 0 || y !== 0)
        const lines = numbersOf(pathOperators(`M0 0A${rx} ${ry} ${turn} ${+large} ${+sweep} ${x} ${y}`))
        const end = lines.at(-1)!.slice(-2)
        expect(end[0]).toBeCloseTo(x, 3)
        expect(end[1]).toBeCloseTo(y, 3)
      }),
    )
  })
})
