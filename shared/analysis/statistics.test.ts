import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupDifference, pairedTest, pearson, ranks, spearman } from './statistics.ts'
import vectors from './vectors/scipy.vectors.json' with { type: 'json' }

describe('correlations agree with scipy', () => {
  for (const c of vectors.statistics.pairs) {
    it(`n = ${c.x.length}`, () => {
      const [r, rho] = [pearson(c.x, c.y), spearman(c.x, c.y)]
      expect(r.value).toBeCloseTo(c.pearson, 10)
      expect(rho.value).toBeCloseTo(c.spearman, 10)
      expect(r.interval!.lo).toBeCloseTo(c.interval[0]!, 9)
      expect(r.interval!.hi).toBeCloseTo(c.interval[1]!, 9)
      if (c.pearsonExactP === undefined) {
        expect(r.p).toBeCloseTo(c.studentP, 9)
        expect(rho.p).toBeCloseTo(c.spearmanStudentP, 9)
        expect(r.method).toBe('student')
      } else {
        expect(r.p).toBeCloseTo(c.pearsonExactP, 10)
        expect(rho.p).toBeCloseTo(c.spearmanExactP!, 10)
        expect(r.method).toBe('exact-permutation')
      }
    })
  }
})

describe("the paper's five sets", () => {
  const loss = [0.51, 0.44, 0.42, 0.4, 0.37]
  const ceiling = [77.3, 78.8, 79.7, 82.8, 84.0]
  it('Pearson -0.923, 95 % from about -0.995 to -0.22; exact p of rank correlation -1 is 2/120', () => {
    const r = pearson(loss, ceiling)
    expect(r.value).toBeCloseTo(-0.923, 3)
    expect(r.interval!.lo).toBeCloseTo(-0.995, 3)
    expect(r.interval!.hi).toBeCloseTo(-0.22, 2)
    const rho = spearman(loss, ceiling)
    expect(rho.value).toBeCloseTo(-1, 12)
    expect(rho.p).toBeCloseTo(2 / 120, 12)
  })
})

describe('ranks', () => {
  it('share their mean where values tie', () => expect(ranks([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2]))
  it('always add up to n (n + 1) / 2', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 }), (values) => {
        expect(ranks(values).reduce((a, b) => a + b, 0)).toBeCloseTo((values.length * (values.length + 1)) / 2, 9)
      }),
    )
  })
})

describe('groups and pairs agree with scipy', () => {
  it('Welch interval and exact permutation p', () => {
    for (const c of vectors.statistics.groups) {
      const d = groupDifference(c.first, c.second)
      expect(d.exact).toBe(true)
      expect(d.interval!.lo).toBeCloseTo(c.welch[0]!, 8)
      expect(d.interval!.hi).toBeCloseTo(c.welch[1]!, 8)
      expect(d.p).toBeCloseTo(c.p, 10)
    }
  })
  it('paired interval and exact sign-flip p', () => {
    for (const c of vectors.statistics.paired) {
      const d = pairedTest(c.first, c.second)
      expect(d.interval!.lo).toBeCloseTo(c.interval[0]!, 8)
      expect(d.interval!.hi).toBeCloseTo(c.interval[1]!, 8)
      expect(d.p).toBeCloseTo(c.p, 10)
    }
  })
  it("Hedges' g by hand: means 1 apart, both SDs 1, n = 3 and 3", () => {
    // d = 1, corrected by 1 - 3 / (4·6 - 9) = 0.8.
    expect(groupDifference([0, 1, 2], [1, 2, 3]).hedgesG).toBeCloseTo(0.8, 12)
  })
  it('random permutations give about the exact p, the same for a seed', () => {
    const first = Array.from({ length: 12 }, (_, i) => i % 5)
    const second = Array.from({ length: 12 }, (_, i) => (i % 5) + 1)
    const d = groupDifference(first, second, 0.95, 3)
    expect(d.exact).toBe(false)
    expect(groupDifference(first, second, 0.95, 3).p).toBe(d.p)
    expect(d.p).toBeGreaterThan(0.05)
    expect(d.p).toBeLessThan(0.15)
  })
  it('swapping the groups swaps the sign and keeps p', () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 5 })
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [one, other] = [groupDifference(a, b), groupDifference(b, a)]
        expect(one.difference).toBeCloseTo(-other.difference, 9)
        expect(one.p).toBeCloseTo(other.p, 9)
      }),
    )
  })
})

it('says what it lacks', () => {
  expect(() => pearson([1, 2], [1, 2])).toThrow(/at least 3 values; there are 2/)
  expect(() => spearman([1, 2, 3], [1, 2])).toThrow(expect.objectContaining({ input: '3 and 2 values' }))
  expect(pearson([1, 2, 3], [1, 2, 4]).interval).toBeNull()
  expect(pearson([1, 1, 1, 1], [1, 2, 3, 4]).value).toBeNaN()
  expect(groupDifference([1], [2, 3]).interval).toBeNull()
})
