import { describe, expect, it } from 'vitest'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { printedRegimes } from './printed-regimes.ts'

const branch = (parentStep: number, printedRegime: string | null) => ({
  parentStep,
  origin: { printedRegime } as BranchCurve['origin'],
})

describe('regimes as printed', () => {
  it('reach half-way to the next switch point, from the start to the end of the run', () => {
    expect(
      printedRegimes([branch(400, 'mild'), branch(0, 'adaptive'), branch(200, 'stable'), branch(300, 'stable')], 500),
    ).toEqual({
      intervals: [
        { from: 0, to: 100, regime: 'adaptive' },
        { from: 100, to: 350, regime: 'stable' },
        { from: 350, to: 500, regime: 'mild' },
      ],
    })
  })
  it('are none where the source prints none', () => {
    expect(printedRegimes([branch(100, null)], 500)).toBeNull()
  })
})
