import { describe, expect, it } from 'vitest'
import { interpolated, runAxes, type RunCourse } from './run-axis.ts'

const course: RunCourse = {
  step: [0, 100, 200],
  tokens: [0, 1000, 3000],
  flops: [0, 1e12, 3e12],
  epochs: [0, 2, 6],
  minStep: 100,
}

describe('the axis that runs share', () => {
  it('places steps by what the run had come to', () => {
    const at = (kind: Parameters<typeof runAxes>[0]) => runAxes(kind, [course], [200])[0]!
    expect(at('step').place(150)).toBe(150)
    expect(at('tokens').place(150)).toBe(2000)
    expect(at('flops')).toMatchObject({ name: 'SFT compute (TFLOP)', end: 3 })
    expect(at('epochs').place(50)).toBe(1)
    expect(at('share').place(150)).toBe(1.5)
  })

  it('reaches as far as the longest run, in one unit', () => {
    const twice: RunCourse = { ...course, flops: [0, 2e15, 6e15], minStep: 50 }
    const [mine, other] = runAxes('flops', [course, twice], [200, 200])
    expect(mine!.end).toBe(other!.end)
    expect(other!.name).toContain('PFLOP')
    expect(mine!.place(200)).toBeCloseTo(0.003)
    expect(runAxes('share', [course, twice], [200, 200])[0]!.end).toBe(4)
  })

  it('falls back to steps where epochs were not measured', () => {
    expect(runAxes('epochs', [{ ...course, epochs: null }], [200])[0]!.place(70)).toBe(70)
  })
})

describe('between known points', () => {
  it('goes straight, on beyond the last, and from the origin', () => {
    expect(interpolated([100, 200], [10, 30], 50)).toBe(5)
    expect(interpolated([100, 200], [10, 30], 150)).toBe(20)
    expect(interpolated([100, 200], [10, 30], 250)).toBe(40)
    expect(interpolated([0], [3], 5)).toBe(3)
    expect(interpolated([], [], 5)).toBe(0)
  })
})
