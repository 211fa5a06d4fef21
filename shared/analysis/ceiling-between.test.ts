import { describe, expect, it } from 'vitest'
import { predictCeilings, predictingModel } from './ceiling-between.ts'

const at = (compute: number, value: number, half = 0.5) => ({
  compute,
  value,
  lo: value - half,
  hi: value + half,
  level: 0.8,
})

describe('ceilings between measured branches', () => {
  const measured = [at(35, 80), at(140, 82), at(560, 83)]
  it('names its model', () => expect(predictCeilings(measured, [70]).model).toBe(predictingModel))
  it('goes through what is measured well, between what lies beside it', () => {
    const exact = measured.map((m) => at(m.compute, m.value, 0.01))
    const [on, between] = predictCeilings(exact, [140, 280]).points
    expect(Math.abs(on!.value - 82)).toBeLessThan(0.1)
    expect(between!.value).toBeGreaterThan(81.5)
    expect(between!.value).toBeLessThan(83.5)
  })
  it('is surer near a measured branch than far from all', () => {
    const width = (x: number) => {
      const [p] = predictCeilings(measured, [x]).points
      return p!.hi - p!.lo
    }
    expect(width(140)).toBeLessThan(width(280))
    expect(width(280)).toBeLessThan(width(5000))
  })
  it('a vague branch pulls less than a sure one', () => {
    const pulled = (half: number) => predictCeilings([at(35, 80), at(70, 90, half), at(140, 80)], [70]).points[0]!.value
    expect(pulled(0.2)).toBeGreaterThan(pulled(8) + 3)
  })
  it('says little from one branch, nothing from none', () => {
    expect(predictCeilings([], [10]).points).toEqual([])
    const [p] = predictCeilings([at(50, 80)], [500]).points
    expect(p!.value).toBeCloseTo(80, 0)
    expect(p!.hi - p!.lo).toBeGreaterThan(3)
  })
  it('does not depend on the unit of compute, and takes the base model at 0', () => {
    const one = predictCeilings([at(0, 72), ...measured], [0, 70]).points
    const other = predictCeilings(
      [at(0, 72), ...measured].map((m) => ({ ...m, compute: m.compute * 1e18 })),
      [0, 7e19],
    ).points
    one.forEach((p, i) => expect(other[i]!.value).toBeCloseTo(p.value, 6))
  })
  it('covers branches that were left out of a smooth course (leave one out)', () => {
    const course = [35, 70, 140, 280, 560, 1120].map((x) => at(x, 79 + 4 * (1 - Math.exp(-x / 200)), 0.4))
    const covered = course.filter((m, i) => {
      const [p] = predictCeilings(
        course.filter((_, j) => j !== i),
        [m.compute],
      ).points
      return p!.lo <= m.value && m.value <= p!.hi
    })
    expect(covered.length).toBeGreaterThanOrEqual(5)
  })
})
