import fc from 'fast-check'
import { expect, it } from 'vitest'
import { addedAt, summedBySegment } from './sums.ts'

it('adds up rows by segment, leaves negative ids out, and gives empty segments zeros', () => {
  expect([...summedBySegment([1, 2, 3, 4, 5, 6, 7, 8], [2, 0, 2, -1], 4)]).toEqual([3, 4, 0, 0, 6, 8, 0, 0])
  expect([...summedBySegment([], [], 3)]).toEqual([])
})

it('loses nothing: the sums add up to the values', () => {
  const row = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 3, maxLength: 3 })) // prettier-ignore
  fc.assert(
    fc.property(fc.array(row, { minLength: 1 }), (rows) => {
      const sums = summedBySegment(rows.flatMap(([, values]) => values), rows.map(([id]) => id), 5) // prettier-ignore
      const total = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0)
      expect(sums).toHaveLength(15)
      expect(total(sums)).toBe(total(rows.flatMap(([, values]) => values)))
    }),
  )
})

it('adds at indices, twice where an index comes twice, to a copy', () => {
  const values = Float32Array.of(1, 2, 3)
  expect([...addedAt(values, [2, 0, 2], [10, 20, 30])]).toEqual([21, 2, 43])
  expect([...values]).toEqual([1, 2, 3])
})
