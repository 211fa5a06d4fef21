import { describe, expect, it } from 'vitest'
import { overlongPenalty } from './overlong.ts'
import { vector } from './vectors.ts'

describe('overlongPenalty', () => {
  it('is the reference curve', () => {
    const { config, inputs, expected } = vector('dapo_overlong_curve')
    const limit = {
      lMax: config['l_max'] as number,
      lCache: config['l_cache'] as number,
      factor: config['factor'] as number,
    }
    const penalties = (inputs['lengths'] as number[]).map((length) => overlongPenalty(length, limit))
    ;(expected['penalty'] as number[]).forEach((value, i) => expect(penalties[i]).toBeCloseTo(value, 9))
  })

  it('stays at -factor beyond the limit and is off without a cache', () => {
    expect(overlongPenalty(30, { lMax: 20, lCache: 5, factor: 2 })).toBe(-2)
    expect(overlongPenalty(20, { lMax: 20, lCache: 0, factor: 1 })).toBe(0)
  })
})
