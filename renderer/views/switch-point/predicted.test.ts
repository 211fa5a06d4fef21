import { describe, expect, it } from 'vitest'
import { predictedCeilings } from './predicted.ts'

const checkpoints = [0, 25, 50, 75, 100].map((step) => ({ step, flops: 1e9 * step }))
const branch = (step: number, value: number, half: number | null) => ({
  step,
  name: `from ${step}`,
  value,
  interval: half === null ? null : { lo: value - half, hi: value + half },
})

describe('ceilings between the branches', () => {
  it('are predicted for every checkpoint after the base, by a model that is named', () => {
    const found = predictedCeilings([branch(25, 60, 1), branch(100, 66, 1)], checkpoints)!
    expect(found.model).toMatch(/Gaussian process/)
    expect(found.points.map(({ step }) => step)).toEqual([25, 50, 75, 100])
    const widths = found.points.map(({ lo, hi }) => hi - lo)
    expect(Math.max(widths[1]!, widths[2]!)).toBeGreaterThan(Math.max(widths[0]!, widths[3]!))
    for (const { value, lo, hi } of found.points) {
      expect(lo).toBeLessThan(value)
      expect(hi).toBeGreaterThan(value)
    }
  })

  it('are none while no ceiling is known', () => {
    expect(predictedCeilings([], checkpoints)).toBeNull()
    expect(predictedCeilings([branch(25, 60, null)], checkpoints)).toBeNull()
    expect(predictedCeilings([branch(0, 60, 1)], checkpoints)).toBeNull()
  })

  it('are none where a branch without a bound already stands above them', () => {
    const open = (score: number) => ({ step: 75, name: 'open', value: score, interval: null })
    const bounded = [branch(25, 60, 1), branch(100, 66, 1)]
    expect(predictedCeilings([...bounded, open(55)], checkpoints)).not.toBeNull()
    expect(predictedCeilings([...bounded, open(90)], checkpoints)).toBeNull()
  })
})
