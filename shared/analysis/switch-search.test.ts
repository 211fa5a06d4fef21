import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diceFor } from './dice.ts'
import { sigmoid } from './sigmoid.ts'
import { smoothScores } from './smooth.ts'
import {
  finalPerformance,
  noiseResampler,
  replayBlindPick,
  replayForecastSearch,
  replayHalving,
  replayHighestStart,
  replayLeastLoss,
  type RecordedBranch,
} from './switch-replay.ts'
import { expectedExcess, forecastLines, measuredPerformance, nextMove, type SearchCandidate } from './switch-search.ts'

const recorded = (
  id: string,
  pSft: number,
  A: number,
  rest: Partial<RecordedBranch> = {},
  seed = 1,
  n = 25,
): RecordedBranch => {
  const dice = diceFor(seed)
  const points = Array.from({ length: n }, (_, i) => {
    const compute = 2 * (i + 1)
    return { compute, score: sigmoid(compute, { A, B: 1.3, cMid: 12, eps: 0 }, pSft) + 0.3 * dice.normal() }
  })
  return { id, pSft, isBase: false, valLoss: null, points, ...rest }
}
const branches = [
  recorded('base', 46, 70, { isBase: true }, 1),
  recorded('early', 70, 79, {}, 2),
  recorded('middle', 74, 83, {}, 3),
  recorded('late', 75, 80, {}, 4),
]
const candidate = (b: RecordedBranch, shown: number): SearchCandidate => ({
  id: b.id,
  pSft: b.pSft,
  target: b.points.at(-1)!.compute,
  isBase: b.isBase,
  points: b.points.slice(0, shown),
})

describe('the next move', () => {
  it('looks at every branch first', () => {
    const decision = nextMove(branches.map((b) => candidate(b, 0)))
    expect(decision.move).toMatchObject({ kind: 'extend', id: 'base' })
    expect(decision.total).toBe(200)
    expect(decision.spent).toBe(0)
  })
  it('then leaves the hopeless alone and extends who may lead', () => {
    const { move, beliefs } = nextMove(branches.map((b) => candidate(b, 3)))
    expect(move).toMatchObject({ kind: 'extend' })
    expect(move.kind === 'extend' && move.id).not.toBe('base')
    expect(beliefs.find((b) => b.id === 'base')!.chance).toBeLessThan(0.01)
    expect(beliefs.reduce((sum, b) => sum + b.chance, 0)).toBeCloseTo(1, 9)
  })
  it('stops when the budget is spent, when it is sure enough, or when nothing is open', () => {
    expect(
      nextMove(
        branches.map((b) => candidate(b, 8)),
        { budgetShare: 0.3 },
      ).move,
    ).toEqual({ kind: 'stop', why: 'budget-spent' })
    const done = nextMove(branches.map((b) => candidate(b, 25)))
    expect(done.move).toEqual({ kind: 'stop', why: 'all-done' })
    expect(done.choice).toBe('middle')
    expect(done.expectedRegret).toBeLessThan(1e-6)
    const sure = [candidate(recorded('a', 50, 55, {}, 5), 10), candidate(recorded('b', 80, 90, {}, 6), 10)]
    expect(nextMove(sure, { budgetShare: 1 }).move).toEqual({ kind: 'stop', why: 'sure-enough' })
  })
  it('never extends a collapsed or closed branch', () => {
    const collapsed = { ...candidate(branches[2]!, 6) }
    const fallen = {
      ...collapsed,
      points: [...collapsed.points, ...[14, 16, 18].map((compute) => ({ compute, score: 40 }))],
    }
    const others = branches
      .filter((b) => b.id !== 'middle')
      .map((b) => ({ ...candidate(b, 5), closed: b.id === 'late' }))
    const { move, beliefs } = nextMove([fallen, ...others], { budgetShare: 1, enough: 0 })
    expect(beliefs.find((b) => b.id === 'middle')).toMatchObject({ isDone: true, collapsed: true, sd: 0 })
    expect(move.kind === 'extend' && ['base', 'early'].includes(move.id)).toBe(true)
  })
  it('depends on what was shown and on nothing else: same answer with and without a memo, in any run', () => {
    const memo = new Map()
    for (const shown of [2, 3, 3, 4]) {
      const candidates = branches.map((b) => candidate(b, shown))
      expect(nextMove(candidates, {}, memo)).toEqual(nextMove(candidates))
    }
  })
  it('expected excess by hand: N(0, 1) gives φ(0), N(m, 0) gives m+', () => {
    expect(expectedExcess(0, 1)).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 9)
    expect(expectedExcess(2, 0)).toBe(2)
    expect(expectedExcess(-2, 0)).toBe(0)
  })
})

describe('replays', () => {
  it('find the better branch within the budget', () => {
    const result = replayForecastSearch(branches)
    expect(result.choice).toBe('middle')
    expect(result.regret).toBe(0)
    expect(result.computeShare).toBeLessThanOrEqual(0.3)
  })
  it('never spend more than allowed, whatever the branches', () => {
    const made = fc.array(
      fc.record({ p: fc.integer({ min: 60, max: 78 }), gain: fc.integer({ min: 0, max: 15 }), seed: fc.nat(99) }),
      { minLength: 2, maxLength: 5 },
    )
    fc.assert(
      fc.property(made, fc.constantFrom(0.2, 0.3, 0.5), (specs, budgetShare) => {
        const set = specs.map((s, i) => recorded(`b${i}`, s.p, s.p + s.gain, {}, s.seed + 1, 20))
        for (const result of [replayForecastSearch(set, { budgetShare }), replayHalving(set, { budgetShare })]) {
          expect(result.computeShare).toBeLessThanOrEqual(budgetShare + 1e-9)
          expect(result.regret).toBeGreaterThanOrEqual(0)
        }
      }),
      { numRuns: 8 },
    )
  })
  it('show the chooser nothing it has not paid for', () => {
    const spoiled = branches.map((b) => ({
      ...b,
      points: b.points.map((p) => (p.compute > 34 ? { ...p, score: 5 } : p)),
    }))
    // With 30 % of 200 no branch gets beyond 34, so the choice cannot change; only the regret is computed from the end.
    expect(replayForecastSearch(spoiled).choice).toBe(replayForecastSearch(branches).choice)
  })
  it('halving keeps the better half by the last score', () => {
    expect(replayHalving(branches)).toMatchObject({ choice: 'middle', regret: 0 })
    expect(replayHalving(branches).computeShare).toBeGreaterThan(0.2)
  })
  it('least loss, highest start and a blind pick cost nothing', () => {
    expect(replayLeastLoss(branches)).toBeNull()
    const withLoss = branches.map((b, i) => ({ ...b, valLoss: [0.7, 0.42, 0.4, 0.41][i]! }))
    expect(replayLeastLoss(withLoss)).toMatchObject({ choice: 'middle', computeShare: 0 })
    expect(replayHighestStart(branches)).toMatchObject({ choice: 'late', computeShare: 0 })
    const finals = branches.map(finalPerformance)
    const all = branches.map((_, i) => Math.max(...finals) - finals[i]!)
    expect(replayBlindPick(branches).regret).toBeCloseTo(all.reduce((a, b) => a + b, 0) / 4, 9)
  })
  it('final performance is the mean of the last five valid points', () => {
    const points = [
      ...Array.from({ length: 10 }, (_, i) => ({ compute: i + 1, score: 75 + (i % 2) * 0.2 })),
      ...[11, 12, 13, 14].map((compute) => ({ compute, score: 30 })),
    ]
    expect(finalPerformance({ id: 'x', pSft: 75, isBase: false, valLoss: null, points })).toBeCloseTo(75.12, 9)
  })
  it('resampling keeps the shape and renews the noise', () => {
    const branch = recorded('x', 72, 80, {}, 9, 60)
    const [a, b] = [noiseResampler(branch)(diceFor(1)), noiseResampler(branch)(diceFor(2))]
    expect(a.points.map((p) => p.compute)).toEqual(branch.points.map((p) => p.compute))
    expect(a.points).not.toEqual(b.points)
    expect(Math.abs(finalPerformance(a) - finalPerformance(branch))).toBeLessThan(0.7)
  })
  it('smoothing leaves straight lines as they are', () => {
    const line = Array.from({ length: 12 }, (_, i) => ({ compute: i ** 1.3, score: 3 + 2 * i ** 1.3 }))
    smoothScores(line).forEach((score, i) => expect(score).toBeCloseTo(line[i]!.score, 9))
  })
})

describe('what is believed', () => {
  const shown = branches.map((b) => candidate(b, 8))
  const scaled = (factor: number) =>
    shown.map((c) => ({
      ...c,
      target: factor * c.target,
      points: c.points.map(({ compute, score }) => ({ compute: factor * compute, score })),
    }))

  it('does not depend on the unit of compute, seen or unseen', () => {
    const means = (list: readonly SearchCandidate[]) => nextMove(list).beliefs.map(({ mean }) => mean.toFixed(4))
    expect(means(scaled(1e12))).toEqual(means(shown))
    const unseen = (list: readonly SearchCandidate[]) => list.map((c) => ({ ...c, points: [] }))
    expect(means(unseen(scaled(1e12)))).toEqual(means(unseen(shown)))
    // Nothing seen: some of the way, not the whole headroom at once.
    const [first] = forecastLines(unseen(scaled(1e12))).get('early')!
    expect(first!.value).toBeLessThan(nextMove(unseen(scaled(1e12))).beliefs[1]!.mean - 0.5)
  })

  it('is drawn as a line from the last evaluation to the target, wider the farther', () => {
    const lines = forecastLines(shown)
    for (const { id, points, target } of shown) {
      const line = lines.get(id)!
      expect(line[0]!.compute).toBeCloseTo(points.at(-1)!.compute)
      expect(line.at(-1)!.compute).toBeCloseTo(target)
      expect(line.at(-1)!.hi - line.at(-1)!.lo).toBeGreaterThan(line[0]!.hi - line[0]!.lo)
    }
    expect(forecastLines([candidate(branches[1]!, 25)]).get('early')).toEqual([])
  })

  it('takes a move under way as paid for and moves on with another', () => {
    const first = nextMove(shown, { budgetShare: 0.9, enough: 0 })
    if (first.move.kind !== 'extend') throw new Error('stopped')
    const { id, to } = first.move
    const second = nextMove(
      shown.map((c) => (c.id === id ? { ...c, underWay: to } : c)),
      { budgetShare: 0.9, enough: 0 },
    )
    expect(second.move).not.toMatchObject({ id })
    expect(second.spent).toBeGreaterThan(first.spent)
  })

  it('calls nothing collapsed that sampling noise explains', () => {
    const points = [7, 3.2, 3.4, 3.1, 3.3, 3.2].map((score, i) => ({ compute: i + 1, score }))
    const noisy: SearchCandidate = { id: 'noisy', pSft: 7, target: 20, points }
    const collapsed = (samplingSd?: number) =>
      nextMove([noisy, shown[1]!], samplingSd === undefined ? {} : { samplingSd }).beliefs[0]!.collapsed
    expect(collapsed()).toBe(true)
    expect(collapsed(2)).toBe(false)
    expect(measuredPerformance(noisy, { samplingSd: 2 })!.n).toBe(5)
  })
})
