/** The memory of tfjs' WebAssembly backend, as operations of our own see it. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, TensorInfo } from '@tensorflow/tfjs'

/** The parts of the package's `BackendWasm` that we use. */
export interface WebAssemblyBackend extends tf.KernelBackend {
  makeOutput(shape: readonly number[], dtype: tf.DataType): TensorInfo
  /** A view; the next allocation may take the memory away from under it. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array
  incRef(dataId: object): void
}

/** The same memory under another shape and type. Complex numbers go by as pairs of floats (`complex.ts`). */
export function seenAs(x: TensorInfo, shape: number[], dtype: tf.DataType): TensorInfo {
  backend().incRef(x.dataId)
  return { dataId: x.dataId, shape, dtype }
}

/** New memory of x's kind, filled. */
export function filled(x: TensorInfo, shape: number[], fill: (out: Float32Array) => void): TensorInfo {
  const memory = backend()
  const floats = memory.makeOutput(x.dtype === 'complex64' ? [...shape, 2] : shape, 'float32')
  fill(memory.typedArrayFromHeap(floats) as Float32Array)
  return { ...floats, shape, dtype: x.dtype }
}

/** The numbers of a tensor: a view, see above. */
export function numbersIn(x: TensorInfo): ArrayLike<number> {
  const isComplex = x.dtype === 'complex64'
  return backend().typedArrayFromHeap(isComplex ? { ...x, shape: [...x.shape, 2], dtype: 'float32' } : x)
}

/** A tensor of tfjs' that owns what an operation made. */
export const tensorOf = (info: TensorInfo): Tensor => tf.engine().makeTensorFromTensorInfo(info)

const backend = () => tf.backend() as WebAssemblyBackend
