import fc from 'fast-check'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mkdtempSync, rmSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { chiSquareUpperTail } from '../fixtures/chi-square.ts'
import { createDuck } from '../duck.ts'
import { keyOf, seedWords, withKey, type Purpose } from './draw-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'keys-'))
const duck = createDuck({ scratch: folder, memoryBytes: 256e6, threads: 2 })
afterAll(async () => {
  await duck.close()
  rmSync(folder, { recursive: true, force: true })
})

const purpose = fc.constantFrom<Purpose>('draw', 'split')
const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

describe('draw keys', () => {
  it('never change: stored subsets hang on them', () => {
    expect([0, 1, 2, 888_999].map((row) => keyOf(row, 7, 'draw'))).toEqual([
      518446075, 2416182384, 3880912823, 4038721198,
    ])
    expect([0, 1].map((row) => keyOf(row, 7, 'split'))).toEqual([4126783837, 205760233])
    expect(keyOf(5, 2 ** 40 + 3, 'draw')).toBe(3951934805)
  })

  it('are the same in SQL', async () => {
    await fc.assert(
      fc.asyncProperty(
        seed,
        purpose,
        fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 30 }),
        async (s, why, words) => {
          const rows = await duck.rows<{ w: number; key: number }>(
            withKey(`SELECT unnest([${words.join(', ')}])::UBIGINT AS w`, 'w', s, why),
          )
          expect(rows.map(({ w, key }) => [w, key])).toEqual(words.map((word) => [word, keyOf(word, s, why)]))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('tie for no two rows', () => {
    const keys = new Set<number>()
    for (let row = 0; row < 200_000; row++) keys.add(keyOf(row, 3, 'draw'))
    expect(keys.size).toBe(200_000)
  })

  it('depend on every bit of the seed and on the purpose', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 0, max: 52 }), (s, bit) => {
        const other = Number(BigInt(s) ^ (1n << BigInt(bit)))
        expect(seedWords(other, 'draw')).not.toEqual(seedWords(s, 'draw'))
        expect(seedWords(s, 'split')).not.toEqual(seedWords(s, 'draw'))
      }),
    )
  })

  it('draw every row equally often, over seeds in a row (chi-square)', () => {
    const [rows, drawn, seeds] = [400, 40, 2000]
    const times = new Array<number>(rows).fill(0)
    for (let s = 0; s < seeds; s++) for (const row of least(rows, drawn, s)) times[row]!++
    const expected = (seeds * drawn) / rows
    // Without replacement a row's count is binomial with variance expected * (1 - drawn / rows).
    const statistic = times.reduce((sum, n) => sum + (n - expected) ** 2, 0) / (expected * (1 - drawn / rows))
    expect(chiSquareUpperTail(statistic, rows - 1)).toBeGreaterThan(1e-4)
    expect(chiSquareUpperTail(statistic, rows - 1)).toBeLessThan(1 - 1e-4)
  })

  it('draw pairs independently: two neighbours meet as often as any two rows', () => {
    const [rows, drawn, seeds] = [200, 50, 4000]
    let together = 0
    for (let s = 0; s < seeds; s++) {
      const chosen = new Set(least(rows, drawn, s))
      for (let row = 0; row + 1 < rows; row++) if (chosen.has(row) && chosen.has(row + 1)) together++
    }
    const expected = seeds * (rows - 1) * (drawn / rows) * ((drawn - 1) / (rows - 1))
    expect(Math.abs(together / expected - 1)).toBeLessThan(0.02)
  })

  it('make a small draw part of a larger one', () => {
    const small = least(1000, 50, 9)
    const large = new Set(least(1000, 200, 9))
    expect(small.every((row) => large.has(row))).toBe(true)
  })
})

/** The rows with the least keys, as the SQL draws them. */
function least(rows: number, drawn: number, s: number): number[] {
  const keyed = Array.from({ length: rows }, (_, row) => ({ row, key: keyOf(row, s, 'draw') }))
  return keyed
    .sort((a, b) => a.key - b.key)
    .slice(0, drawn)
    .map(({ row }) => row)
}
