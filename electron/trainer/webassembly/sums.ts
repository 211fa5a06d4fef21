/** Sums at places that numbers say: the two operations that tfjs has no WebAssembly for, in plain JavaScript. */

/** Rows of a matrix added up by segment: [N, width] and N ids -> [count, width]. A negative id is left out, as in TensorFlow. */
export function summedBySegment(values: ArrayLike<number>, segments: ArrayLike<number>, count: number): Float32Array {
  const width = segments.length === 0 ? 0 : values.length / segments.length
  const sums = new Float32Array(count * width)
  for (let row = 0; row < segments.length; row++) {
    const segment = segments[row]!
    if (segment < 0) continue
    for (let i = 0; i < width; i++) sums[segment * width + i]! += values[row * width + i]!
  }
  return sums
}

/** A copy of `values` with each update added at its index. */
export function addedAt(
  values: ArrayLike<number>,
  indices: ArrayLike<number>,
  updates: ArrayLike<number>,
): Float32Array {
  const sums = Float32Array.from(values)
  for (let i = 0; i < indices.length; i++) sums[indices[i]!]! += updates[i]!
  return sums
}
