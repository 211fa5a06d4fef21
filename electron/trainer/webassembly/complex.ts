/**
 * Complex numbers for a backend that has none: pairs of floats, as they lie in TensorFlow's memory too. A complex tensor is a float
 * tensor's memory under another name, so `Bitcast` copies nothing; only these functions ever compute with one.
 */

/** Products of complex numbers. `factors` are repeated as often as they fit into `x`; `out` may be neither of them. */
export function multiplied(x: ArrayLike<number>, factors: ArrayLike<number>, out: Float32Array): void {
  for (let start = 0; start < x.length; start += factors.length) {
    for (let i = 0; i < factors.length; i += 2) {
      const [a, b, c, d] = [x[start + i]!, x[start + i + 1]!, factors[i]!, factors[i + 1]!]
      out[start + i] = a * c - b * d
      out[start + i + 1] = a * d + b * c
    }
  }
}

/** Each imaginary part turned round. */
export function conjugated(x: ArrayLike<number>, out: Float32Array): void {
  for (let i = 0; i < x.length; i += 2) {
    out[i] = x[i]!
    out[i + 1] = -x[i + 1]!
  }
}
