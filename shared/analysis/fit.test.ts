import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diceFor } from './dice.ts'
import { branchProblem, fewestPoints, fitAtCeiling, fitSigmoid } from './fit.ts'
import { bootstrapSigmoid, percentileInterval, profileInterval, profileOf, verdictOf } from './intervals.ts'
import { aicc, rivalFits, rivalNames, rivalScore } from './rivals.ts'
import { computeToShare, progress, sigmoid } from './sigmoid.ts'
import vectors from './vectors/scipy.vectors.json' with { type: 'json' }

const pointsOf = (c: { x: number[]; y: number[] }) => c.x.map((compute, i) => ({ compute, score: c.y[i]! }))
const clean = (A: number, B: number, cMid: number, pSft: number, n = 30, last = 60, eps = 0) =>
  Array.from({ length: n }, (_, i) => {
    const compute = (last * (i + 1)) / n
    return { compute, score: sigmoid(compute, { A, B, cMid, eps }, pSft) }
  })

describe('the law', () => {
  it('is P_sft at 0, half way at C_mid, and A in the end', () => {
    const law = { A: 80, B: 2, cMid: 10, eps: 0 }
    expect(sigmoid(0, law, 70)).toBe(70)
    expect(sigmoid(10, law, 70)).toBeCloseTo(75, 12)
    // (10 / 30)² = 1/9: g = 0.9.
    expect(sigmoid(30, law, 70)).toBeCloseTo(79, 12)
    expect(sigmoid(1e9, law, 70)).toBeCloseTo(80, 9)
    expect(progress(1e-300, 10, 1e300)).toBe(0)
  })
  it('jumps by ε right after the start', () => {
    expect(sigmoid(1e-9, { A: 80, B: 2, cMid: 10, eps: 2 }, 70)).toBeCloseTo(72, 9)
  })
  it('knows the compute that reaches a share of the gain', () => {
    expect(computeToShare(0.5, { A: 80, B: 2, cMid: 10, eps: 0 }, 70)).toBeCloseTo(10, 12)
    expect(computeToShare(0.9, { A: 80, B: 2, cMid: 10, eps: 0 }, 70)).toBeCloseTo(30, 12)
    expect(computeToShare(0.1, { A: 80, B: 2, cMid: 10, eps: 2 }, 70)).toBe(0)
    expect(computeToShare(0.9, { A: 69, B: 2, cMid: 10, eps: 0 }, 70)).toBeNull()
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.99 }),
        fc.double({ min: 0.2, max: 9 }),
        fc.double({ min: 0, max: 2 }),
        (share, B, eps) => {
          const law = { A: 82, B, cMid: 7, eps }
          const x = computeToShare(share, law, 70)!
          if (x > 1e-6) expect(sigmoid(x, law, 70)).toBeCloseTo(70 + share * 12, 6)
        },
      ),
    )
  })
})

describe("agrees with scipy's global least squares", () => {
  for (const c of vectors.sigmoids) {
    describe(c.name, () => {
      const problem = branchProblem(pointsOf(c), c.pSft)
      it('plain', () => {
        const fit = fitSigmoid(problem)
        expect(fit.rss).toBeLessThanOrEqual(c.plain.rss * (1 + 1e-7))
        if (c.name === 'no rise at all') return // any midpoint before the first point does
        expect(fit.params.A).toBeCloseTo(c.plain.A, 3)
        expect(fit.params.B).toBeCloseTo(c.plain.B, 3)
        expect(fit.params.cMid / c.plain.cMid).toBeCloseTo(1, 3)
      })
      it('with a free offset', () => {
        const fit = fitSigmoid(problem, { offset: 'free' })
        expect(fit.rss).toBeLessThanOrEqual(c.free.rss * (1 + 1e-6))
        expect(fit.params.eps).toBeCloseTo(c.free.eps, 2)
        expect(fit.params.A).toBeCloseTo(c.free.A, 1)
      })
      it('with the smooth robust loss', () => {
        const fit = fitSigmoid(problem, { robust: { kind: 'soft-l1', scale: 0.3 } })
        const cost = fit.residuals.reduce((sum, e) => sum + (Math.sqrt(1 + (e / 0.3) ** 2) - 1), 0)
        expect(cost).toBeLessThanOrEqual(c.softL1.cost * (1 + 1e-6))
        if (c.name !== 'no rise at all') expect(fit.params.A).toBeCloseTo(c.softL1.A, 2)
      })
      it('profile interval', () => {
        const interval = profileInterval(profileOf(problem, fitSigmoid(problem)))
        for (const end of ['lo', 'hi'] as const) {
          const theirs = c.profile90[end]
          if (theirs === null) expect(interval[end]).toBeNull()
          else expect(Math.abs(interval[end]! - theirs)).toBeLessThan(0.005)
        }
      })
      it('rival laws', () => {
        const fits = rivalFits(problem)
        for (const name of rivalNames) {
          const ours = fits.find((f) => f.model === name)!
          expect(ours.rmse ** 2 * c.x.length).toBeLessThanOrEqual(c.rivals[name].rss * (1 + 1e-5))
          const rss = c.x.reduce((sum, x, i) => sum + (c.y[i]! - rivalScore(name, ours.params, x, c.pSft)) ** 2, 0)
          expect(Math.sqrt(rss / c.x.length)).toBeCloseTo(ours.rmse, 9)
        }
        const order = fits.map((f) => f.aicc!)
        expect(order).toEqual([...order].sort((a, b) => a - b))
      })
    })
  }
})

describe('recovers what a clean curve was made of', () => {
  it('for any parameters the data can show', () => {
    const made = fc.record({
      A: fc.double({ min: 72, max: 95, noNaN: true }),
      B: fc.double({ min: 0.6, max: 6, noNaN: true }),
      cMid: fc.double({ min: 3, max: 40, noNaN: true }),
    })
    fc.assert(
      fc.property(made, ({ A, B, cMid }) => {
        const { params, rmse } = fitSigmoid(branchProblem(clean(A, B, cMid, 70), 70))
        expect(rmse).toBeLessThan(1e-4)
        expect(params.A).toBeCloseTo(A, 1)
      }),
      { numRuns: 60 },
    )
  })
  it('is the same whatever the unit of compute', () => {
    const points = pointsOf(vectors.sigmoids[0]!)
    const one = fitSigmoid(branchProblem(points, 72))
    const other = fitSigmoid(
      branchProblem(
        points.map((p) => ({ ...p, compute: p.compute * 1e18 })),
        72,
      ),
    )
    expect(other.params.A).toBeCloseTo(one.params.A, 6)
    expect(other.params.cMid / one.params.cMid).toBeCloseTo(1e18, -13)
  })
  it('finds the offset too', () => {
    const { params } = fitSigmoid(branchProblem(clean(80, 1.5, 12, 70, 40, 90, 2), 70), { offset: 'free' })
    expect(params).toMatchObject({ A: expect.closeTo(80, 3), eps: expect.closeTo(2, 3), B: expect.closeTo(1.5, 3) })
  })
  it('never puts a ceiling above 100', () => {
    const line = Array.from({ length: 20 }, (_, i) => ({ compute: i + 1, score: 70 + 1.2 * (i + 1) }))
    const fit = fitSigmoid(branchProblem(line, 70))
    expect(fit.params.A).toBeLessThanOrEqual(100)
    expect(fit.atCeiling).toBe(true)
    expect(verdictOf(profileInterval(profileOf(branchProblem(line, 70), fit)))).toBe('not-identifiable')
  })
})

describe('robust fits', () => {
  const points = clean(80, 1.5, 10, 70).map((p, i) => ({ ...p, score: p.score + (i % 2 === 0 ? 0.2 : -0.2) }))
  const spoiled = points.map((p, i) => (i === 12 || i === 25 ? { ...p, score: p.score - 6 } : p))
  const problem = branchProblem(spoiled, 70)
  it('plain least squares is pulled down by two bad evaluations', () => {
    expect(fitSigmoid(problem).params.A).toBeLessThan(79.5)
  })
  it('the modified z-score drops exactly these two', () => {
    const fit = fitSigmoid(problem, { robust: { kind: 'mad', tau: 3 } })
    expect(fit.kept.flatMap((kept, i) => (kept ? [] : [i]))).toEqual([12, 25])
    expect(fit.params.A).toBeCloseTo(80, 0)
  })
  it('least trimmed squares keeps ⌊α N⌋ points, without these two', () => {
    const fit = fitSigmoid(problem, { robust: { kind: 'lts', alpha: 0.75, tau: null } })
    expect(fit.kept.filter(Boolean)).toHaveLength(22)
    expect([fit.kept[12], fit.kept[25]]).toEqual([false, false])
    expect(Math.abs(fit.params.A - 80)).toBeLessThan(0.3)
  })
  it('the smooth loss keeps all and is pulled less', () => {
    const fit = fitSigmoid(problem, { robust: { kind: 'soft-l1', scale: 0.2 } })
    expect(fit.kept.every(Boolean)).toBe(true)
    expect(Math.abs(fit.params.A - 80)).toBeLessThan(0.2)
  })
})

describe('intervals and verdicts', () => {
  it('verdict by the width of the 90 % interval', () => {
    expect(verdictOf({ lo: 79, hi: 81 })).toBe('identified')
    expect(verdictOf({ lo: 79, hi: 81.01 })).toBe('loose')
    expect(verdictOf({ lo: 79, hi: null })).toBe('not-identifiable')
    expect(verdictOf({ lo: null, hi: 99 })).toBe('loose')
  })
  it('bootstrap agrees with the profile where the ceiling is well determined, and is the same for a seed', () => {
    const c = vectors.sigmoids[0]!
    const problem = branchProblem(pointsOf(c), c.pSft)
    const fit = fitSigmoid(problem)
    const draws = bootstrapSigmoid(problem, fit, { draws: 400, seed: 5 })
    const interval = percentileInterval(fit.params.A, draws.ceilings, 0.9)
    const profile = profileInterval(profileOf(problem, fit), 0.9)
    expect(Math.abs(interval.lo - profile.lo!)).toBeLessThan(0.25)
    expect(Math.abs(interval.hi - profile.hi!)).toBeLessThan(0.25)
    expect(bootstrapSigmoid(problem, fit, { draws: 20, seed: 5 }).ceilings).toEqual(draws.ceilings.slice(0, 20))
    expect(bootstrapSigmoid(problem, fit, { draws: 20, seed: 6 }).ceilings).not.toEqual(draws.ceilings.slice(0, 20))
  })
  it('wider levels give wider intervals', () => {
    const c = vectors.sigmoids[0]!
    const profile = profileOf(branchProblem(pointsOf(c), c.pSft), fitSigmoid(branchProblem(pointsOf(c), c.pSft)))
    const [inner, outer] = [profileInterval(profile, 0.5), profileInterval(profile, 0.95)]
    expect(outer.lo!).toBeLessThan(inner.lo!)
    expect(outer.hi!).toBeGreaterThan(inner.hi!)
  })
  it('the small-sample limit is a little wider than the plain one', () => {
    const c = vectors.sigmoids[0]!
    const problem = branchProblem(pointsOf(c), c.pSft)
    const profile = profileOf(problem, fitSigmoid(problem))
    const [plain, small] = [profileInterval(profile, 0.8), profileInterval(profile, 0.8, 'small-sample')]
    expect(small.lo!).toBeLessThan(plain.lo!)
    expect(small.hi! - small.lo!).toBeLessThan(1.2 * (plain.hi! - plain.lo!))
  })
  it('small-sample intervals hold the truth about as often as they say', () => {
    let covered = 0
    for (let seed = 0; seed < 150; seed++) {
      const dice = diceFor(seed)
      const points = clean(80, 1.5, 10, 72, 25, 60).map((p) => ({ ...p, score: p.score + 0.4 * dice.normal() }))
      const problem = branchProblem(points, 72)
      const { lo, hi } = profileInterval(profileOf(problem, fitSigmoid(problem)), 0.8, 'small-sample')
      if ((lo ?? 0) <= 80 && 80 <= (hi ?? 100)) covered++
    }
    expect(covered / 150).toBeGreaterThan(0.7)
    expect(covered / 150).toBeLessThan(0.9)
  })
  it('a law at a given ceiling has that ceiling and no smaller error', () => {
    const problem = branchProblem(pointsOf(vectors.sigmoids[2]!), 71)
    const best = fitSigmoid(problem)
    const fixed = fitAtCeiling(problem, best, 82)
    expect(fixed.params.A).toBe(82)
    expect(fixed.rss).toBeGreaterThanOrEqual(best.rss)
  })
})

it('AICc by hand: n = 10, k = 3, RSS = 10', () => {
  // 10 ln 1 + 2·4 + 2·4·5 / (10 - 4 - 1) = 8 + 8
  expect(aicc(10, 10, 3)).toBeCloseTo(16, 12)
  expect(aicc(1, 5, 3)).toBeNull()
})

it('refuses too few points and unsorted ones, with the place', () => {
  expect(() => branchProblem(clean(80, 1, 5, 70, fewestPoints - 1), 70)).toThrow(/at least 5 evaluations/)
  const points = clean(80, 1, 5, 70, 8)
  ;[points[2], points[3]] = [points[3]!, points[2]!]
  expect(() => branchProblem(points, 70)).toThrow(
    expect.objectContaining({ input: expect.stringContaining('point 4') }),
  )
})
