import fc from 'fast-check'
import { expect, it } from 'vitest'
import { apart } from './apart.ts'

it('leaves values alone that have room', () => {
  expect(apart([10, 30, 20], 5, 100)).toEqual([10, 30, 20])
})

it('pushes down what would touch, and keeps below the top', () => {
  expect(apart([10, 11, 12], 5, 11)).toEqual([1, 6, 11])
})

it('always leaves the gap, in the order of the values', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { maxLength: 12 }), (values) => {
      const placed = apart(values, 3, 100)
      const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!)
      for (let k = 1; k < order.length; k++)
        expect(placed[order[k - 1]!]! - placed[order[k]!]!).toBeGreaterThanOrEqual(3 - 1e-9)
      placed.forEach((each, i) => expect(each).toBeLessThanOrEqual(values[i]!))
    }),
  )
})
