/** TensorFlow's element types, by the numbers of `DataType` in types.proto. Only those Switchpoint's graphs use. */
export const DType = {
  float32: 1,
  int32: 3,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const

export type DType = (typeof DType)[keyof typeof DType]

/** The typed arrays JavaScript exchanges with TensorFlow. */
export type TensorData = Float32Array | Int32Array | Uint8Array

/** The array class that holds a type's elements. Complex numbers are pairs of floats. */
export function arrayFor(dtype: DType, length: number): TensorData {
  switch (dtype) {
    case DType.float32:
      return new Float32Array(length)
    case DType.complex64:
      return new Float32Array(2 * length)
    case DType.int32:
      return new Int32Array(length)
    case DType.bool:
      return new Uint8Array(length)
    default:
      throw new RangeError(`No JavaScript array holds TensorFlow type ${dtype}`)
  }
}

/** The number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1)
