import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeTensors, encodeTensors, type NamedTensor } from './safetensors.ts'

const fileOf = (tensors: readonly NamedTensor[], metadata?: Record<string, string>) =>
  Buffer.concat(encodeTensors(tensors, metadata))

const bits = (data: Float32Array) => [...new Uint32Array(data.buffer, data.byteOffset, data.length)]

const tensor = fc
  .record({
    name: fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
    seed: fc.nat(),
  })
  .map(({ name, shape, seed }) => {
    const count = shape.reduce((a, b) => a * b, 1)
    const words = Uint32Array.from({ length: count }, (_, i) => Math.imul(seed + i, 2654435761))
    return { name, shape, data: new Float32Array(words.buffer) } // any bits, NaNs and infinities among them
  })

describe('safetensors', () => {
  it('gives back every bit, name and shape, in order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(tensor, { selector: (t) => t.name, maxLength: 6 }), (tensors) => {
        const { tensors: read } = decodeTensors(fileOf(tensors))
        const asIs = tensors.map(({ name, shape, data }) => [name, shape, bits(data)])
        // JSON objects order integer-like names first; content is what counts.
        expect([...read].map(([name, { shape, data }]) => [name, shape, bits(data)]).sort()).toEqual(asIs.sort())
      }),
    )
  })

  it('lays the file out as the format says', () => {
    const file = fileOf([{ name: 'w', shape: [2], data: new Float32Array([1, -2]) }], { format: 'pt' })
    const header = Number(file.readBigUInt64LE(0))
    expect(header % 8).toBe(0)
    expect(JSON.parse(file.toString('utf8', 8, 8 + header))).toEqual({
      __metadata__: { format: 'pt' },
      w: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
    })
    expect(file.readFloatLE(8 + header + 4)).toBe(-2)
    expect(decodeTensors(file).metadata).toEqual({ format: 'pt' })
  })

  it('refuses a file that was cut anywhere', () => {
    const file = fileOf([
      { name: 'a', shape: [3], data: new Float32Array(3) },
      { name: 'b', shape: [2, 2], data: new Float32Array(4) },
    ])
    for (let length = 0; length < file.length; length++) expect(() => decodeTensors(file.subarray(0, length))).toThrow()
    expect(() => decodeTensors(Buffer.concat([file, Buffer.alloc(1)]))).toThrow('1 bytes lie behind')
  })

  it('checks the header length before it allocates', () => {
    const file = Buffer.alloc(16)
    file.writeBigUInt64LE(2n ** 60n)
    expect(() => decodeTensors(file)).toThrow('its header says')
  })

  it('refuses overlapping ranges, other dtypes and wrong shapes', () => {
    const forged = (entry: unknown) => {
      const text = Buffer.from(JSON.stringify({ w: entry }))
      const length = Buffer.alloc(8)
      length.writeBigUInt64LE(BigInt(text.length))
      return Buffer.concat([length, text, Buffer.alloc(8)])
    }
    expect(() => decodeTensors(forged({ dtype: 'F32', shape: [2], data_offsets: [0, 8] }))).not.toThrow()
    expect(() => decodeTensors(forged({ dtype: 'F32', shape: [2], data_offsets: [4, 12] }))).toThrow('does not fit')
    expect(() => decodeTensors(forged({ dtype: 'F32', shape: [3], data_offsets: [0, 8] }))).toThrow('does not fit')
    expect(() => decodeTensors(forged({ dtype: 'F16', shape: [4], data_offsets: [0, 8] }))).toThrow('F16')
    expect(() => decodeTensors(forged({ dtype: 'F32', shape: [-2], data_offsets: [0, 8] }))).toThrow('not one of')
  })

  it('refuses to write two tensors of one name, or values that do not fill their shape', () => {
    const w = { name: 'w', shape: [1], data: new Float32Array(1) }
    expect(() => encodeTensors([w, w])).toThrow('taken')
    expect(() => encodeTensors([{ ...w, shape: [2] }])).toThrow('1 values')
  })
})
