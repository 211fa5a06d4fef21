/**
 * TensorFlow's operations by their names there, on tfjs' WebAssembly backend: those that the model asks for by name (`tensor/raw.ts`)
 * because tfjs has no kernel for them or hides them behind several. Most are one operation of tfjs; the rest is plain JavaScript.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, TensorInfo } from '@tensorflow/tfjs'
import { DType } from '../tensor/dtype.ts'
import { conjugated, multiplied } from './complex.ts'
import { filled, numbersIn, seenAs, tensorOf } from './memory.ts'
import { addedAt, summedBySegment } from './sums.ts'

type Attributes = Readonly<Record<string, unknown>>
type Operation = (inputs: readonly Tensor[], attributes: Attributes) => Tensor | Tensor[]

/** A small integer tensor's values: axes, counts, bounds. */
const integers = (x: Tensor): number[] => [...(x.dataSync() as Int32Array)]
const integer = (x: Tensor): number => integers(x)[0]!

const operations = {
  // The package's fast product takes its operands as they are; the one that transposes them by itself is several times slower.
  MatMul: ([a, b], { transpose_a, transpose_b }) =>
    tf.matMul(transpose_a ? tf.transpose(a!) : a!, transpose_b ? tf.transpose(b!) : b!),
  BatchMatMulV2: ([a, b], { adj_x, adj_y }) => tf.matMul(a!, b!, adj_x === true, adj_y === true),
  BiasAdd: ([x, bias]) => tf.add(x!, bias!),
  BiasAddGrad: ([dy]) => tf.sum(tf.reshape(dy!, [-1, dy!.shape.at(-1)!]), 0),

  Softmax: ([x]) => tf.softmax(x!),
  LogSoftmax: ([x]) => tf.logSoftmax(x!),
  Max: ([x, axes], { keep_dims }) => tf.max(x!, integers(axes!), keep_dims === true),
  EuclideanNorm: ([x, axes], { keep_dims }) => tf.sqrt(tf.sum(tf.square(x!), integers(axes!), keep_dims === true)),
  Cumsum: ([x, axis], { exclusive, reverse }) => tf.cumsum(x!, integer(axis!), exclusive === true, reverse === true),
  ArgMax: ([x, axis]) => tf.argMax(x!, integer(axis!)),
  TopKV2: ([x, k], { sorted }) => {
    const { values, indices } = tf.topk(x!, integer(k!), sorted === true)
    return [values, indices]
  },

  Range: ([start, stop, step]) => tf.range(integer(start!), integer(stop!), integer(step!), 'int32'),
  GatherV2: ([x, indices, axis]) => tf.gather(x!, indices as tf.Tensor1D, integer(axis!)),
  UnsortedSegmentSum: ([x, segments, count]) => tensorOf(segmentSum(x!, segments!, integer(count!))),
  // Entries of a vector by their numbers, which is all that the model adds to.
  TensorScatterAdd: ([x, index, updates]) => {
    const sums = addedAt(numbersIn(x!), numbersIn(index!), numbersIn(updates!))
    return tensorOf(filled(x!, x!.shape, (out) => out.set(sums)))
  },

  Bitcast: ([x], { type }) => tensorOf(bitcast(x!, type as DType)),
  Conj: ([x]) => tensorOf(filled(x!, x!.shape, (out) => conjugated(numbersIn(x!), out))),
  // Real products are tfjs' own. The factors' leading 1 is broadcast along x.
  Mul: ([x, factors]) => tensorOf(filled(x!, x!.shape, (out) => multiplied(numbersIn(x!), numbersIn(factors!), out))),
} satisfies Readonly<Record<string, Operation>>

export const operationNames = Object.keys(operations)

/** @throws Error for an operation that is not in the table: the model has learnt a new one. */
export function execute(op: string, inputs: readonly Tensor[], attributes: Attributes): Tensor[] {
  const operation: Operation | undefined = (operations as Readonly<Record<string, Operation>>)[op]
  if (operation === undefined) throw new Error(`${op} has no form on WebAssembly: add it to webassembly/operations.ts`)
  const outputs = operation(inputs, attributes)
  return Array.isArray(outputs) ? outputs : [outputs]
}

/** x [*ids.shape, ...] summed by id: [count, ...]. */
export function segmentSum(x: TensorInfo, segments: TensorInfo, count: number): TensorInfo {
  const shape = [count, ...x.shape.slice(segments.shape.length)]
  const sums = summedBySegment(numbersIn(x), numbersIn(segments), count)
  return filled(x, shape, (out) => out.set(sums))
}

/** To complex numbers the last axis, of two, goes; to floats it comes. */
const bitcast = (x: Tensor, type: DType): TensorInfo =>
  type === DType.complex64 ? seenAs(x, x.shape.slice(0, -1), 'complex64') : seenAs(x, [...x.shape, 2], 'float32')
