import { describe, expect, it } from 'vitest'
import {
  centralZ,
  chiSquareQuantile1,
  lnGamma,
  normalCdf,
  normalQuantile,
  studentQuantile,
  studentTwoSidedP,
} from './distributions.ts'
import { quickNormalCdf } from './normal-mixture.ts'
import vectors from './vectors/scipy.vectors.json' with { type: 'json' }

const { distributions } = vectors
const relative = (ours: number, theirs: number) => Math.abs(ours - theirs) / Math.max(Math.abs(theirs), 1e-300)

describe('agrees with scipy', () => {
  it('normal quantile to 1e-12', () => {
    for (const [p, z] of distributions.normalQuantile as [number, number][]) {
      expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-12 * Math.max(1, Math.abs(z)))
    }
  })
  it('normal distribution to 1e-11 of its value, tails included', () => {
    for (const [z, p] of distributions.normalCdf as [number, number][])
      expect(relative(normalCdf(z), p)).toBeLessThan(1e-11)
  })
  it("Student's t to 1e-10", () => {
    for (const [p, df, t] of distributions.studentQuantile as [number, number, number][]) {
      expect(relative(studentQuantile(p, df), t)).toBeLessThan(1e-10)
    }
    for (const [t, df, p] of distributions.studentTwoSidedP as [number, number, number][]) {
      expect(relative(studentTwoSidedP(t, df), p)).toBeLessThan(1e-10)
    }
  })
  it('χ² with one degree of freedom and ln Γ', () => {
    for (const [p, x] of distributions.chiSquare1 as [number, number][])
      expect(relative(chiSquareQuantile1(p), x)).toBeLessThan(1e-11)
    for (const [x, value] of distributions.lnGamma as [number, number][])
      expect(Math.abs(lnGamma(x) - value)).toBeLessThan(1e-11 * Math.max(1, value))
  })
})

it('has the quantiles people know by heart', () => {
  expect(centralZ(0.95)).toBeCloseTo(1.959964, 6)
  expect(centralZ(0.8)).toBeCloseTo(1.281552, 6)
  expect(normalQuantile(0)).toBe(-Infinity)
  expect(normalQuantile(1)).toBe(Infinity)
  expect(normalQuantile(1.1)).toBeNaN()
})

it('the quick normal distribution is within 2e-7 of the exact one', () => {
  for (let z = -8; z <= 8; z += 0.01) expect(Math.abs(quickNormalCdf(z) - normalCdf(z))).toBeLessThan(2e-7)
})
