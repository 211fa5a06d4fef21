/** Calls TensorFlow operations that tfjs has no kernel for, or hides behind several. Recorded like any other. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, TensorInfo } from '@tensorflow/tfjs'
import type { OpAttribute } from './addon.ts'
import type { KernelBackend } from './backend.ts'
import type { DType } from './dtype.ts'

/** An attribute in JavaScript's terms. Whole numbers are ints: say `{ float: 1 }` for a float. */
export type RawAttribute = boolean | string | number | { readonly type: DType } | { readonly float: number }

/**
 * One TensorFlow operation. Type attributes that TensorFlow infers from the inputs may be left out only if
 * `attributes.ts` knows how to infer them for a graph.
 * @throws Error with TensorFlow's own message.
 */
export function rawOutputs(
  op: string,
  inputs: readonly TensorInfo[],
  attributes: Readonly<Record<string, RawAttribute>>,
  outputs: number,
): Tensor[] {
  const kernels = tf.backend() as KernelBackend
  const list = Object.entries(attributes).map(([name, value]) => opAttribute(kernels, name, value))
  return kernels.executeMultipleOutputs(op, list, [...inputs], outputs)
}

/** `rawOutputs` of an operation with one output. */
export function raw<T extends Tensor = Tensor>(
  op: string,
  inputs: readonly TensorInfo[],
  attributes: Readonly<Record<string, RawAttribute>>,
): T {
  return rawOutputs(op, inputs, attributes, 1)[0] as T
}

function opAttribute({ binding }: KernelBackend, name: string, value: RawAttribute): OpAttribute {
  if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value }
  if (typeof value === 'string') return { name, type: binding.TF_ATTR_STRING, value }
  if (typeof value === 'number') return { name, type: binding.TF_ATTR_INT, value }
  if ('type' in value) return { name, type: binding.TF_ATTR_TYPE, value: value.type }
  return { name, type: binding.TF_ATTR_FLOAT, value: value.float }
}
