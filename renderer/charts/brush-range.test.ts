import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binsOfRange, rangeOfBins } from './brush-range.ts'

describe.each([
  ['values in the middle of bins', [0.5, 1.5, 2.5, 3.5, 4.5]],
  ['values at the left of bins', [1, 2, 3, 4, 5]],
])('whole numbers, %s', (_name, edges) => {
  it('keeps exactly the brushed values', () => {
    expect(rangeOfBins(edges, [1, 2], true)).toEqual([2, 3])
    expect(rangeOfBins(edges, [2, 3], true)).toEqual([3, null])
    expect(rangeOfBins(edges, [0, 3], true)).toEqual([null, null])
    expect(binsOfRange(edges, [2, 3], true)).toEqual([1, 2])
  })
})

it('keeps the edges of continuous bins', () => {
  const edges = [0, 0.25, 0.5, 0.75, 1]
  expect(rangeOfBins(edges, [1, 2], false)).toEqual([0.25, 0.75])
  expect(binsOfRange(edges, [0.25, 0.75], false)).toEqual([1, 2])
})

it('shows a brushed range on the bins that were brushed', () => {
  const bins = fc
    .tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
  fc.assert(
    fc.property(bins, fc.boolean(), fc.double({ min: 0.1, max: 9, noNaN: true }), (chosen, integer, width) => {
      const edges = Array.from({ length: 32 }, (_, at) => (integer ? at - 0.5 : at * width))
      expect(binsOfRange(edges, rangeOfBins(edges, chosen, integer), integer)).toEqual([...chosen])
    }),
  )
})

it('holds a typed range that lies outside the pool to its bins', () => {
  expect(binsOfRange([0.5, 1.5, 2.5], [9, null], true)).toEqual([1, 1])
  expect(binsOfRange([0.5, 1.5, 2.5], [null, -9], true)).toEqual([0, 0])
})
