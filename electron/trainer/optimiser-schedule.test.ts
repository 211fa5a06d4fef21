import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vector } from './objectives/vectors.ts'
import { learningRateAt } from './optimiser-schedule.ts'

const rate =
  (schedule: { kind: 'constant' | 'cosine' | 'linear'; warmupSteps: number; floor: number }) =>
  (step: number, steps = 100) =>
    learningRateAt({ learningRate: 1, schedule }, step, steps)

describe('learningRateAt', () => {
  it('is the reference cosine with warm-up', () => {
    const { config, inputs, expected } = vector('lr_cosine_warmup')
    const schedule = { kind: 'cosine', warmupSteps: config['warmup'] as number, floor: 0 } as const
    const steps = inputs['steps'] as number[]
    const rates = steps.map(
      (step) => learningRateAt({ learningRate: 1e-5, schedule }, step, config['total'] as number) * 1e5,
    )
    ;(expected['lr'] as number[]).forEach((value, i) => expect(rates[i]).toBeCloseTo(value, 9))
  })

  it('ends at the floor and stays there', () => {
    for (const kind of ['cosine', 'linear'] as const) {
      const at = rate({ kind, warmupSteps: 20, floor: 0.1 })
      expect(at(20)).toBe(1)
      expect(at(100)).toBeCloseTo(0.1, 12)
      expect(at(1000)).toBeCloseTo(0.1, 12)
    }
    expect(rate({ kind: 'linear', warmupSteps: 20, floor: 0.05 })(60)).toBeCloseTo(0.525, 12)
    expect(rate({ kind: 'cosine', warmupSteps: 20, floor: 0.1 })(60)).toBeCloseTo(0.55, 12)
  })

  it('warms up in equal steps, a cosine from its floor', () => {
    expect([0, 5, 10].map((step) => rate({ kind: 'constant', warmupSteps: 10, floor: 1 })(step))).toEqual([0, 0.5, 1])
    expect([0, 5, 10].map((step) => rate({ kind: 'cosine', warmupSteps: 10, floor: 0.5 })(step))).toEqual([
      0.5, 0.75, 1,
    ])
    expect(rate({ kind: 'constant', warmupSteps: 0, floor: 1 })(0)).toBe(1)
  })

  it('never leaves 0..peak, never rises after the warm-up, and survives a stage shorter than its warm-up', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('constant', 'cosine', 'linear'),
        fc.nat(50),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (kind, warmupSteps, floor, steps) => {
          const rates = Array.from({ length: steps + 20 }, (_, step) => rate({ kind, warmupSteps, floor })(step, steps))
          expect(rates.every((lr) => lr >= 0 && lr <= 1 + 1e-12)).toBe(true)
          for (let s = warmupSteps + 1; s < rates.length; s++)
            expect(rates[s]! - rates[s - 1]!).toBeLessThanOrEqual(1e-12)
        },
      ),
    )
  })
})
