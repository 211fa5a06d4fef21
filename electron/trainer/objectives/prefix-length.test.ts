import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { objectivePresets } from '#shared/experiment/objectives.ts'
import { rowStream } from '#tasks/row-stream.ts'
import { betaDraw, drawPrefixLength, prefixLength, prefixLowerBound } from './prefix-length.ts'
import { vector } from './vectors.ts'

const settings = objectivePresets.prefix_rft.prefix

describe('prefix lengths', () => {
  it('are the reference schedule', () => {
    const { config, inputs, expected } = vector('prefix_schedule')
    const steps = config['n_steps'] as number
    const reference = { ...settings, minTokens: config['min_prefix_len'] as number }
    ;(inputs['steps'] as number[]).forEach((step, i) => {
      const u = (inputs['uniform'] as number[])[i]!
      expect(prefixLowerBound({ step, steps }, reference)).toBeCloseTo((expected['low'] as number[])[i]!, 9)
      expect(prefixLength(u, inputs['demo_len'] as number, { step, steps }, reference)).toBe(
        (expected['prefix_len'] as number[])[i],
      )
    })
  })

  it('leave at least one token to write and never pass the answer', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(600),
        (u, length, step) => {
          const L = prefixLength(u, length, { step, steps: 500 }, settings)
          expect(Number.isInteger(L) && L >= 0 && L <= length - 1).toBe(true)
          if (length > 1) expect(L).toBeGreaterThanOrEqual(1)
        },
      ),
    )
  })

  it('are the same for the same key and differ by step, prompt and row', () => {
    const key = { seed: 1, promptId: 2, row: 0 }
    const at = (more: Partial<typeof key>, step = 250) =>
      drawPrefixLength({ ...key, ...more }, 1000, { step, steps: 500 }, settings)
    expect(at({})).toBe(at({}))
    expect(new Set([at({}), at({ promptId: 3 }), at({ row: 1 }), at({ seed: 2 }), at({}, 251)]).size).toBe(5)
  })
})

describe('betaDraw', () => {
  it.each([
    [1, 1],
    [2, 5],
    [0.5, 0.5],
    [8, 2],
  ])('has the mean and variance of Beta(%d, %d)', (alpha, beta) => {
    const n = 20_000
    const draws = Array.from({ length: n }, (_, i) => betaDraw(rowStream(3, i), alpha, beta))
    const mean = draws.reduce((sum, x) => sum + x, 0) / n
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n
    expect(mean).toBeCloseTo(alpha / (alpha + beta), 2)
    expect(variance).toBeCloseTo((alpha * beta) / ((alpha + beta) ** 2 * (alpha + beta + 1)), 2)
    expect(draws.every((x) => x >= 0 && x <= 1)).toBe(true)
  })
})
