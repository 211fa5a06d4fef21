/** Numbers of 16 bits: bfloat16 (the upper half of a float32) and IEEE's binary16. Little-endian, as safetensors stores them. */

/**
 * Halves that lie in the second half of `values`' own bytes become its float32 numbers, in place. Number i is written to bytes
 * 4 i to 4 i + 3 after it was read from 2 n + 2 i, and everything before 2 n + 2 i + 2 has been read by then.
 */
export function widenBfloat16(values: Float32Array): void {
  const bits = new Uint32Array(values.buffer)
  const halves = new Uint16Array(values.buffer, values.byteLength / 2)
  for (let i = 0; i < bits.length; i++) bits[i] = halves[i]! << 16
}

/** The same for binary16. */
export function widenFloat16(values: Float32Array): void {
  const halves = new Uint16Array(values.buffer, values.byteLength / 2)
  for (let i = 0; i < values.length; i++) values[i] = float16(halves[i]!)
}

/** Sign, 5 bits of exponent, 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? NaN : sign * Infinity
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Rounded to the nearest bfloat16, ties to even, as PyTorch rounds. */
export function narrowToBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < bits.length; i++) {
    const number = bits[i]!
    // A NaN whose fraction lies in the lower half would round to infinity.
    halves[i] = Number.isNaN(values[i]!) ? 0x7fc0 : (number + 0x7fff + ((number >>> 16) & 1)) >>> 16
  }
  return halves
}
