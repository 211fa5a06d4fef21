import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { narrowToBfloat16, widenBfloat16, widenFloat16 } from './half-floats.ts'

/** Halves in the second half of the bytes, as a file's are read. */
function widened(halves: readonly number[], widen: (values: Float32Array) => void): number[] {
  const values = new Float32Array(halves.length)
  new Uint16Array(values.buffer, values.byteLength / 2).set(halves)
  widen(values)
  return [...values]
}

describe('bfloat16', () => {
  it('rounds to the nearest, ties to even, and keeps what is not finite', () => {
    // 1 = 3f80; one step is 2^-7. As torch.tensor(x).bfloat16().
    const cases = [1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, -0, 3.4e38, Infinity, -Infinity, 65504]
    expect([...narrowToBfloat16(Float32Array.from(cases))]).toEqual([
      0x3f80, 0x3f80, 0x3f82, 0x3f81, 0x8000, 0x7f80, 0x7f80, 0xff80, 0x4780,
    ])
    expect(widened([...narrowToBfloat16(Float32Array.of(NaN))], widenBfloat16)).toEqual([NaN])
  })

  it('comes back within half a step, in any number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 100), max: 2 ** 100 })),
        (numbers) => {
          const back = widened([...narrowToBfloat16(Float32Array.from(numbers))], widenBfloat16)
          numbers.forEach((x, i) =>
            expect(Math.abs(back[i]! - x)).toBeLessThanOrEqual(Math.abs(x) * 2 ** -8 + 2 ** -134),
          )
        },
      ),
    )
  })
})

describe('binary16', () => {
  it('has one, the largest, subnormals, infinities', () =>
    expect(widened([0x3c00, 0x7bff, 0xc000, 0x0001, 0x03ff, 0x0400, 0x7c00, 0xfc00, 0x8000], widenFloat16)).toEqual([
      1,
      65504,
      -2,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      Infinity,
      -Infinity,
      -0,
    ]))

  it('has NaN', () => expect(widened([0x7e00], widenFloat16)).toEqual([NaN]))
})
