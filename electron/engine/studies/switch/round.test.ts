import { describe, expect, it } from 'vitest'
import type { RunRow } from '../../store/runs.ts'
import { limitsOf, nextRound } from './round.ts'
import type { Branch } from './search-facts.ts'

interface Part {
  readonly step: number
  readonly pSft?: number
  readonly scores?: readonly number[]
  readonly every?: number
  readonly closed?: boolean
}

/** A step is 10 FLOPs, the target 1000 FLOPs: 100 steps. */
const branch = ({ step, pSft = 30, scores = [], every = 5, closed }: Part): Branch => {
  const points = scores.map((score, i) => ({ compute: 10 * every * (i + 1), score }))
  const at = scores.length * every
  return {
    candidate: {
      ...{ step, regime: null, sftFlops: 0, targetFlops: 1000, pSft, every, plannedStepFlops: 10 },
      run: at > 0 ? `run_${step}` : null,
    },
    run: at > 0 ? ({ step: at, flops: 10 * at } as RunRow) : null,
    stepFlops: 10,
    search: { id: String(step), pSft, target: 1000, isBase: false, points, closed },
  }
}
const options = { budgetShare: 0.5 }

describe('a round', () => {
  it('gives every branch its first two evaluations in one go, as many side by side as there are lanes', () => {
    const round = nextRound(
      [10, 20, 30].map((step) => branch({ step })),
      2,
      options,
    )
    if (round.kind !== 'moves') throw new Error('stopped')
    expect(
      round.moves.map(({ branch: { search }, steps, flops, toFlops }) => [search.id, steps, flops, toFlops]),
    ).toEqual([
      ['10', 10, 1000, 100],
      ['20', 10, 1000, 100],
    ])
  })

  it('never moves one branch twice at a time, and counts what is under way as paid for', () => {
    const branches = [branch({ step: 10, scores: [40, 45] }), branch({ step: 20, scores: [38, 44] })]
    const round = nextRound(branches, 4, options)
    if (round.kind !== 'moves') throw new Error('stopped')
    expect(new Set(round.moves.map(({ branch: { search } }) => search.id)).size).toBe(round.moves.length)
    expect(round.moves.length).toBeLessThanOrEqual(2)
    const tight = nextRound(branches, 4, { budgetShare: 0.13 })
    expect(tight.kind === 'moves' && tight.moves.length).toBe(1)
  })

  it('stops when the budget does not pay for the next evaluation', () => {
    const branches = [branch({ step: 10, scores: [40, 45] }), branch({ step: 20, scores: [38, 44] })]
    expect(nextRound(branches, 2, { budgetShare: 0.1 })).toMatchObject({
      kind: 'stop',
      decision: { move: { kind: 'stop', why: 'budget-spent' } },
    })
  })

  it('leaves a branch alone that cannot go on', () => {
    const branches = [
      branch({ step: 10, scores: [40, 45], closed: true }),
      branch({ step: 20, scores: [38, 44], closed: true }),
    ]
    expect(nextRound(branches, 2, options)).toMatchObject({ kind: 'stop', decision: { move: { why: 'all-done' } } })
  })
})

describe('the limits of a move', () => {
  it('end at an evaluation: the first at or beyond what is asked for', () => {
    const begun = branch({ step: 10, scores: [40, 45] })
    expect(limitsOf(begun, 101)).toMatchObject({ steps: 15 })
    expect(limitsOf(begun, 200)).toMatchObject({ steps: 20, toFlops: 200 })
    expect(limitsOf(begun, 230)).toMatchObject({ steps: 25 })
  })

  it('never go past the target', () => {
    expect(limitsOf(branch({ step: 10, scores: [40, 45] }), 5000)).toMatchObject({ flops: 1000, toFlops: 1000 })
  })

  it('bring a branch that was cut off between evaluations back to their rhythm', () => {
    const cut = branch({ step: 10, scores: [40, 45] })
    expect(limitsOf({ ...cut, run: { step: 12, flops: 120 } as RunRow }, 101).steps).toBe(15)
  })
})
