import { expect, it } from 'vitest'
import { conjugated, multiplied } from './complex.ts'

const filled = (length: number, fill: (out: Float32Array) => void): number[] => {
  const out = new Float32Array(length)
  fill(out)
  return [...out]
}

it('multiplies pairs as complex numbers, and repeats the factors', () => {
  // (1 + 2i)(3 - i) = 5 + 5i, (0 + 1i)(0 + 1i) = -1; then (2)(3 - i), (1 - i)(i) = 1 + i
  const x = [1, 2, 0, 1, 2, 0, 1, -1]
  const factors = [3, -1, 0, 1]
  expect(filled(8, (out) => multiplied(x, factors, out))).toEqual([5, 5, -1, 0, 6, -2, 1, 1])
})

it('turns back what it turned', () => {
  const turns = [Math.cos(1), Math.sin(1), Math.cos(2), Math.sin(2)]
  const back = filled(4, (out) => conjugated(turns, out))
  expect(back).toEqual([turns[0]!, -turns[1]!, turns[2]!, -turns[3]!].map(Math.fround))
  const there = filled(4, (out) => multiplied([1, 2, 3, 4], turns, out))
  filled(4, (out) => multiplied(there, back, out)).forEach((value, i) => expect(value).toBeCloseTo(i + 1, 6))
})
