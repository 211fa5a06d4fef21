import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lengthParts, partOf } from './length-parts.ts'

describe('parts of a mini-batch', () => {
  it('hold every row once, and longer rows in later parts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 80 }), (lengths) => {
        const parts = lengthParts(lengths)
        expect(parts.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, row) => row))
        expect(parts.length).toBeLessThanOrEqual(6)
        for (let p = 1; p < parts.length; p++)
          expect(Math.max(...parts[p - 1]!.map((row) => lengths[row]!))).toBeLessThan(
            Math.min(...parts[p]!.map((row) => lengths[row]!)),
          )
      }),
    )
  })

  it('cut where it saves more than a call costs, and only there', () => {
    expect(lengthParts([10, 10, 12, 12])).toHaveLength(1)
    const mixed = [...new Array<number>(50).fill(10), ...new Array<number>(50).fill(30)]
    expect(lengthParts(mixed).map((part) => part.length)).toEqual([50, 50])
    expect(lengthParts([7])).toEqual([[0]])
  })

  it('no cut into at most three parts is cheaper', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: 1, max: 6 }).map((n) => n * 40),
          { minLength: 1, maxLength: 9 },
        ),
        (lengths) => {
          const cost = (parts: readonly number[][]) =>
            parts.reduce((sum, part) => sum + part.length * Math.max(...part.map((row) => lengths[row]!)) + 70, 0)
          const sorted = lengths.map((_, row) => row).sort((a, b) => lengths[a]! - lengths[b]!)
          let best = Infinity
          for (let a = 1; a <= sorted.length; a++)
            for (let b = a; b <= sorted.length; b++)
              best = Math.min(
                best,
                cost([sorted.slice(0, a), sorted.slice(a, b), sorted.slice(b)].filter((part) => part.length > 0)),
              )
          expect(cost(lengthParts(lengths))).toBeLessThanOrEqual(best)
        },
      ),
    )
  })

  it('carry their rows, cut to their own width', () => {
    const batch = {
      rows: 3,
      width: 4,
      tokens: Int32Array.from([1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 9, 0]),
      lengths: Int32Array.from([2, 4, 3]),
      inputs: {
        weight: Float32Array.from([1, 0, 0, 2, 3, 4, 5, 6, 0]),
        advantage: Float32Array.from([10, 20, 30]),
        zeroed: Float32Array.from([7]),
      },
    }
    expect(partOf(batch, [0, 2], { weight: 'token', advantage: 'row', zeroed: 'scalar' })).toEqual({
      rows: 2,
      width: 3,
      tokens: Int32Array.from([1, 2, 0, 7, 8, 9]),
      lengths: Int32Array.from([2, 3]),
      inputs: {
        weight: Float32Array.from([1, 0, 5, 6]),
        advantage: Float32Array.from([10, 30]),
        zeroed: Float32Array.from([7]),
      },
    })
  })
})
