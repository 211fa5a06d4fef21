import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { uniform } from './noise.ts'

describe('sampling noise', () => {
  it('is a multiple of 2^-24 below 1, the same for the same key', () => {
    const key = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.nat(), fc.nat())
    fc.assert(
      fc.property(key, (k) => {
        const u = uniform(...k)
        expect(u).toBe(uniform(...k))
        expect(u).toBeGreaterThanOrEqual(0)
        expect(u).toBeLessThan(1)
        expect(Math.fround(u) * 2 ** 24).toBe(Math.floor(u * 2 ** 24))
      }),
    )
  })

  it('does not change from version to version: resumed runs depend on it', () => {
    expect([uniform(0, 0, 0, 0), uniform(1, 2, 3, 4), uniform(2 ** 40 + 1, 7, 0, 1)].map((u) => u * 2 ** 24)).toEqual(
      pinned,
    )
  })

  it('is uniform along each part of its key, and neighbours are independent', () => {
    const n = 40_000
    for (const part of [0, 1, 2, 3]) {
      const draws = Array.from({ length: n }, (_, i) =>
        uniform(...([3, 1, 4, 1].map((x, j) => (j === part ? i : x)) as [number, number, number, number])),
      )
      const bins = new Array<number>(64).fill(0)
      for (const u of draws) bins[Math.floor(u * 64)]!++
      const chiSquare = bins.reduce((sum, count) => sum + (count - n / 64) ** 2 / (n / 64), 0)
      expect(chiSquare).toBeLessThan(103) // 63 degrees of freedom, p = 0.001
      const correlation = draws.slice(1).reduce((sum, u, i) => sum + (u - 0.5) * (draws[i]! - 0.5), 0) / n / (1 / 12)
      expect(Math.abs(correlation)).toBeLessThan(0.02)
    }
  })

  it('tells seeds beyond 32 bits apart', () => {
    expect(uniform(5, 1, 1, 1)).not.toBe(uniform(5 + 2 ** 32, 1, 1, 1))
  })
})

/** MurmurHash3_x86_32 of the six words (seed, its high half, prompt, its high half, answer, position), its upper 24 bits. */
const pinned = [14484885, 14445948, 2306271]
