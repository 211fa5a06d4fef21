import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extensionPlan, suggested, type RunSoFar } from './extension-plan.ts'

const run: RunSoFar = { step: 100, flops: 1e12, totalFlops: 1.4e12, secondsPerStep: 0.5, budget: { steps: 100 } }

describe('a run made longer', () => {
  it('by steps: what is still to do, by what it has taken', () => {
    expect(extensionPlan('steps', 160, run)).toEqual({
      budget: { steps: 160 },
      moreSteps: 60,
      moreFlops: 6e11,
      seconds: 30,
    })
  })
  it('by compute with the stages before; the step limit stands out of the way', () => {
    expect(extensionPlan('compute', 1.9e12, run)).toEqual({
      budget: { totalFlops: 1.9e12, steps: 155 },
      moreSteps: 50,
      moreFlops: 5e11,
      seconds: 25,
    })
  })
  it('raises the other limits only where they would end it before', () => {
    const budget = { steps: 100_000, totalFlops: 1.4e12, flops: 9e12 }
    expect(Object.keys(extensionPlan('steps', 200, { ...run, budget })!.budget)).toEqual(['steps', 'totalFlops'])
    expect(extensionPlan('compute', 2e12, { ...run, budget })!.budget).toEqual({ totalFlops: 2e12 })
  })
  it('is none for a total that is spent already', () => {
    expect(extensionPlan('steps', 100, run)).toBeNull()
    expect(extensionPlan('compute', 1.4e12, run)).toBeNull()
    expect(extensionPlan('steps', Number.NaN, run)).toBeNull()
  })
  it('says no time where none is known', () => {
    expect(extensionPlan('steps', 200, { ...run, secondsPerStep: null })!.seconds).toBeNull()
  })
  it('never asks for a limit that is used up, and always takes what it suggests', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('steps' as const, 'compute' as const),
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 1e9, max: 1e20, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (kind, step, flops, before) => {
          const totalFlops = flops * (1 + before)
          const so: RunSoFar = {
            ...{ step, flops, totalFlops, secondsPerStep: null },
            budget: { steps: step, flops, totalFlops },
          }
          const { budget } = extensionPlan(kind, suggested(kind, so), so)!
          expect(budget.steps).toBeGreaterThan(step)
          expect(budget.flops).toBeGreaterThan(flops)
          expect(budget.totalFlops).toBeGreaterThan(totalFlops)
        },
      ),
    )
  })
})
