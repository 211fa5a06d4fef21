import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyzeBranch } from './branch.ts'
import { diceFor } from './dice.ts'
import { branchProblem, fitSigmoid } from './fit.ts'
import { promptsToIdentify } from './identify-cost.ts'
import { sigmoid } from './sigmoid.ts'

const curve = (A: number, B: number, cMid: number, n = 30, last = 60, sd = 0.3, seed = 3) => {
  const dice = diceFor(seed)
  return Array.from({ length: n }, (_, i) => {
    const compute = (last * (i + 1)) / n
    return { compute, score: sigmoid(compute, { A, B, cMid, eps: 0 }, 72) + sd * dice.normal() }
  })
}
const input = (points: { compute: number; score: number }[]) => ({ id: 'd/rl', dataset: 'd', pSft: 72, points })

describe('a branch', () => {
  it('adds up: A_post = P_sft + PL_rl, with intervals', () => {
    const result = analyzeBranch(input(curve(80, 1.6, 8)))
    expect(result).toMatchObject({
      model: 'sigmoid',
      verdict: 'identified',
      collapse: null,
      broken: [],
      n: 30,
      level: 0.8,
    })
    expect(result.aPost.value).toBeCloseTo(result.pSft + result.plRl.value, 12)
    expect(Math.abs(result.aPost.value - 80)).toBeLessThan(0.8)
    expect(result.aPost.lo).toBeLessThan(result.aPost.value)
    expect(result.profile90.hi!).toBeGreaterThan(result.aPost.hi)
    expect(result.rivals[0]!.aicc).toBeLessThanOrEqual(result.rivals[4]!.aicc!)
    expect(result.computeToShare.map((s) => s.share)).toEqual([0.5, 0.8, 0.9, 0.95])
  })
  it('with and without the branch point among its points is the same', () => {
    const points = curve(80, 1.6, 8)
    expect(analyzeBranch(input([{ compute: 0, score: 72 }, ...points]))).toEqual(analyzeBranch(input(points)))
  })
  it('says not identifiable where the data set no upper bound, and names a ceiling inside the interval', () => {
    const result = analyzeBranch(input(curve(95, 0.8, 300, 20, 60, 0.4)))
    expect(result.verdict).toBe('not-identifiable')
    expect(result.profile90.hi).toBeNull()
    expect(result.aPost.hi).toBe(100)
    expect(result.aPost.value).toBeGreaterThanOrEqual(result.aPost.lo)
    expect(result.params!.A).toBe(result.aPost.value)
  })
  it('fits only what came before a collapse', () => {
    const fallen = [...curve(80, 1.6, 8), ...[62, 64, 66, 68].map((compute) => ({ compute, score: 55 }))]
    const [whole, before] = [analyzeBranch(input(fallen)), analyzeBranch(input(curve(80, 1.6, 8)))]
    expect(whole.collapse).toEqual({ from: 62 })
    expect(whole.aPost).toEqual(before.aPost)
    expect(whole.n).toBe(34)
  })
  it('falls back to the peak where too little is left for a law', () => {
    const result = analyzeBranch(input([1, 2, 3].map((compute) => ({ compute, score: 72 + compute }))))
    expect(result).toMatchObject({
      model: 'peak',
      params: null,
      verdict: 'not-identifiable',
      aPost: { value: 75, hi: 100 },
    })
    expect(analyzeBranch(input([]))).toMatchObject({ model: 'peak', aPost: { value: 72 } })
  })
  it('names the points that a robust fit set aside', () => {
    const points = curve(80, 1.6, 8, 30, 60, 0.1).map((p, i) => (i === 14 ? { ...p, score: p.score - 0.9 } : p))
    expect(analyzeBranch(input(points), { noise: 0.3, robust: { kind: 'mad', tau: 3.5 } }).outliers).toContain(30)
  })
  it('stays finite and in order whatever it is given', () => {
    const isFinite = (value: unknown): boolean =>
      typeof value === 'number'
        ? Number.isFinite(value)
        : typeof value !== 'object' || value === null || Object.values(value).every(isFinite)
    const point = fc.record({
      gap: fc.double({ min: 0, max: 50, noNaN: true }),
      score: fc.double({ min: 0, max: 100, noNaN: true }),
    })
    const start = fc.constantFrom(0, 0.1, 50, 99.9, 100)
    fc.assert(
      fc.property(
        fc.array(point, { maxLength: 16 }),
        start,
        fc.constantFrom(null, 0.3, 0.7),
        (steps, pSft, holdout) => {
          let compute = 0.01
          const points = steps.map(({ gap, score }) => ({ compute: (compute += gap), score }))
          const result = analyzeBranch({ id: 'a', dataset: 'a', pSft, points }, { holdout })
          expect(isFinite(result)).toBe(true)
          expect(result.aPost.lo).toBeLessThanOrEqual(result.aPost.value + 1e-9)
          expect(result.aPost.hi).toBeGreaterThanOrEqual(result.aPost.value - 1e-9)
          expect(result.aPost.value).toBeLessThanOrEqual(100 + 1e-9)
        },
      ),
      { numRuns: 60 },
    )
  })
  it('lets RL begin with a jump where the points make that likelier than none', () => {
    const dice = diceFor(4)
    const jumping = curve(80, 1.6, 8, 14, 60, 0).map(({ compute }) => ({
      compute,
      score: sigmoid(compute, { A: 90, B: 1.6, cMid: 25, eps: 8 }, 72) + 0.3 * dice.normal(),
    }))
    const [with_, without] = [analyzeBranch(input(jumping)), analyzeBranch(input(curve(80, 1.6, 8)))]
    expect(with_.jumpProbability).toBeGreaterThan(0.95)
    expect(with_.params!.eps).toBeGreaterThan(5)
    expect(with_.params!.eps).toBeLessThan(11)
    expect(without.jumpProbability).toBeLessThan(0.5)
    expect(without.params!.eps).toBe(0)
    const fixed = analyzeBranch(input(jumping), { offset: 'fixed' })
    expect(with_.rmseTrain).toBeLessThan(0.7 * fixed.rmseTrain)
  })
  it('with a holdout knows nothing beyond the cut but what its own words are about', () => {
    const points = curve(80, 1.6, 8)
    const later = points.map((p) => (p.compute > 42 ? { ...p, score: p.score + 0.9 } : p))
    const [one, other] = [points, later].map((each) => analyzeBranch(input(each), { holdout: 0.7 }))
    const { holdout: a, ...restOfOne } = one!
    const { holdout: b, ...restOfOther } = other!
    expect(restOfOther).toEqual(restOfOne)
    expect(b!.points.map(({ predicted, lo, hi }) => [predicted, lo, hi])).toEqual(
      a!.points.map(({ predicted, lo, hi }) => [predicted, lo, hi]),
    )
    expect(one!.params).not.toEqual(analyzeBranch(input(points)).params)
    expect(one!.params).toEqual(analyzeBranch(input(points.filter((p) => p.compute <= 42))).params)
  })
  it('forecasts only when asked', () => {
    expect(analyzeBranch(input(curve(80, 1.6, 8))).holdout).toBeNull()
    const { holdout } = analyzeBranch(input(curve(80, 1.6, 8)), { holdout: 0.7 })
    expect(holdout).toMatchObject({ share: 0.7, cutCompute: 42 })
    expect(holdout!.points).toHaveLength(9)
    expect(holdout!.rmse).toBeLessThan(0.8)
  })
})

describe('prompts that would identify a ceiling', () => {
  const plan = (points: { compute: number; score: number }[], noiseSd: number) => {
    const problem = branchProblem(points, 72)
    return promptsToIdentify(problem, fitSigmoid(problem), { noiseSd, prompts: 500 })
  }
  it('quadruple when the noise doubles', () => {
    const points = curve(80, 1.6, 8, 30, 60, 0)
    const [one, two] = [plan(points, 0.5)!, plan(points, 1)!]
    expect(two / one).toBeGreaterThan(3.5)
    expect(two / one).toBeLessThan(4.5)
  })
  it('are right: with that many prompts about four in five repetitions are identified', () => {
    const n = plan(curve(80, 1.4, 12, 30, 50, 0), 1.2)!
    const sd = 1.2 * Math.sqrt(500 / n)
    const verdicts = Array.from(
      { length: 100 },
      (_, seed) => analyzeBranch(input(curve(80, 1.4, 12, 30, 50, sd, seed + 500))).verdict,
    )
    const share = verdicts.filter((v) => v === 'identified').length / 100
    expect(share).toBeGreaterThan(0.65)
    expect(share).toBeLessThan(0.95)
  })
  it('a branch that still rises needs far more', () => {
    const rising = plan(curve(82, 1.2, 25, 30, 60, 0), 0.5)!
    expect(rising).toBeGreaterThan(8 * plan(curve(80, 1.6, 8, 30, 60, 0), 0.5)!)
  })
  it('is no plan where the fit sees no ceiling', () => {
    const line = Array.from({ length: 20 }, (_, i) => ({ compute: i + 1, score: 73 + 1.3 * i }))
    expect(plan(line, 0.5)).toBeNull()
  })
})
