import { describe, expect, it } from 'vitest'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { farthestBranches, nearestCheckpoint } from './measured.ts'

describe('nearest checkpoint', () => {
  it('is the nearest one, and null where none was kept', () => {
    expect(nearestCheckpoint([0, 25, 50], 40)).toBe(50)
    expect(nearestCheckpoint([0, 25, 50], 30)).toBe(25)
    expect(nearestCheckpoint([], 3)).toBeNull()
  })
})

describe('branches from one step', () => {
  const branch = (run: string, parentStep: number, flops: number, objective = 'grpo') =>
    ({ run, parentStep, objective, points: [{ flops }] }) as unknown as BranchCurve

  it('are stood for by the one that went the farthest, by objective', () => {
    const found = farthestBranches([
      branch('a', 25, 10),
      branch('b', 25, 90),
      branch('c', 50, 1),
      branch('d', 25, 5, 'dapo'),
    ])
    expect(found.map(({ run }) => run).sort()).toEqual(['b', 'c', 'd'])
  })
})
