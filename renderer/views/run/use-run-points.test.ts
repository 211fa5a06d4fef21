import { describe, expect, it } from 'vitest'
import type { Series } from '#shared/contract/runs.ts'
import { mergeSeries } from './use-run-points.ts'

const series = (key: string, points: readonly (readonly [number, number])[]): Series => ({
  key,
  step: points.map(([step]) => step),
  flops: points.map(([step]) => step * 10),
  tokens: points.map(([step]) => step * 2),
  wallMs: points.map(([step]) => step * 100),
  value: points.map(([, value]) => value),
  total: points.length,
})

describe('merging new points', () => {
  it('appends, and takes the newer value where a step comes twice', () => {
    const [merged] = mergeSeries(
      [
        series('a', [
          [1, 1],
          [2, 2],
        ]),
      ],
      [
        series('a', [
          [2, 20],
          [3, 30],
        ]),
      ],
    )
    expect([merged?.step, merged?.value, merged?.total]).toEqual([[1, 2, 3], [1, 20, 30], 3])
  })

  it('keeps series without news and takes in new ones', () => {
    const merged = mergeSeries([series('a', [[1, 1]])], [series('b', [[2, 2]]), series('a', [])])
    expect(merged.map(({ key, step }) => [key, step])).toEqual([
      ['a', [1]],
      ['b', [2]],
    ])
  })
})
