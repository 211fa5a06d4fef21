import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectedSteps, shareDone, usedUp } from './budget.ts'
import { stageStart, type StagePosition } from './position.ts'

const at = (step: number, stepFlops: number, over: Partial<StagePosition> = {}): StagePosition => ({
  ...stageStart(1),
  step,
  stepFlops,
  flops: step * stepFlops,
  ...over,
})

describe('a budget', () => {
  it('ends at the step whose total is nearest, whichever of flops and totalFlops says it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0.6, max: 40, noNaN: true }),
        fc.nat(9),
        (cost, steps, before) => {
          const limit = cost * steps
          for (const budget of [
            { steps: 1000, flops: limit },
            { steps: 1000, totalFlops: limit + before },
          ]) {
            let step = 1
            while (!usedUp(budget, at(step, cost), before)) step++
            expect(Math.abs(step * cost - limit)).toBeLessThanOrEqual(cost / 2 + 1e-9)
          }
        },
      ),
    )
  })

  it('names the first that is used up', () => {
    expect(usedUp({ steps: 5 }, at(4, 1), 0)).toBeNull()
    expect(usedUp({ steps: 5 }, at(5, 1), 0)).toBe('steps')
    expect(usedUp({ steps: 9, minutes: 1 }, at(2, 1, { wallMs: 60_000 }), 0)).toBe('minutes')
    expect(usedUp({ steps: 9, totalFlops: 10 }, at(2, 1), 8)).toBe('totalFlops')
  })

  it('does not begin a stage whose stages before have spent the total', () => {
    expect(usedUp({ steps: 9, totalFlops: 10 }, at(0, 0), 12)).toBe('totalFlops')
    expect(shareDone({ steps: 9, totalFlops: 10 }, at(0, 0), 12)).toBe(0)
  })

  it('says how far it is by the budget that is nearest to its end', () => {
    expect(shareDone({ steps: 100, flops: 40 }, at(10, 2), 0)).toBe(0.5)
    expect(shareDone({ steps: 100, totalFlops: 60 }, at(10, 2), 20)).toBe(0.5)
  })

  it('expects as many steps as the nearest limit holds', () => {
    expect(expectedSteps({ steps: 300 }, 7, 0)).toBe(300)
    expect(expectedSteps({ steps: 300, flops: 100 }, 7, 0)).toBe(14)
    expect(expectedSteps({ steps: 300, totalFlops: 100 }, 7, 60)).toBe(6)
    expect(expectedSteps({ steps: 300, totalFlops: 100 }, 7, 200)).toBe(1)
  })
})
