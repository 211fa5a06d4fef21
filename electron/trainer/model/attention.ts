/**
 * Causal self-attention over whole sequences, from the joint projection of q, k and v to the values they gather.
 * N = B T; A = (heads + 2 kvHeads) headSize.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { usesKernels } from '../kernels/choice.ts'
import { kernel } from '../kernels/kernel.ts'
import { differentiable } from '../tensor/differentiable.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'
import { conjugate, jointFactors, turn } from './rope.ts'

/** What all layers share at one batch shape. */
export interface Positions {
  readonly rows: number // B
  readonly width: number // T
  /** (cos, sin) of each position and pair: [T, headSize]. */
  readonly turns: Tensor2D
  /** What only TensorFlow's own operations want, made when they ask. */
  readonly composed: () => ComposedPositions
}

interface ComposedPositions {
  /** Rotary factors [1, T A / 2] and their conjugates. */
  readonly factors: Tensor
  readonly backFactors: Tensor
  /** 0 where position i may look at j <= i, -1e9 elsewhere: [T, T]. */
  readonly mask: Tensor2D
}

/** @param turns rows of `rotations` for positions 0..T-1: [T, headSize]. */
export function positionsOf({ heads, kvHeads }: ModelShape, rows: number, turns: Tensor2D): Positions {
  const width = turns.shape[0]
  let made: ComposedPositions | undefined
  const composed = (): ComposedPositions => {
    if (made !== undefined) return made
    const joint = jointFactors(turns, { q: heads, kv: kvHeads })
    const factors = tf.reshape(joint, [1, width * joint.shape[1]])
    return (made = { factors, backFactors: conjugate(factors), mask: causalMask(width) })
  }
  return { rows, width, turns, composed }
}

function causalMask(width: number): Tensor2D {
  const position = raw('Range', [tf.scalar(0, 'int32'), tf.scalar(width, 'int32'), tf.scalar(1, 'int32')], {
    Tidx: { type: DType.int32 },
  })
  const mayLook = tf.lessEqual(tf.reshape(position, [1, width]), tf.reshape(position, [width, 1]))
  return tf.mul(tf.sub(1, tf.cast(mayLook, 'float32')), -1e9)
}

/**
 *   O = P V,   P = softmax(Q Kᵀ/√hd + mask)                 Q, K turned by their positions
 *   dV = Pᵀ dO,   dS = P ∘ (dO Vᵀ - rowsum(dO ∘ O)),   dQ = dS K,   dK = dSᵀ Q
 * Shapes  joint [N, A] -> [N, heads headSize]; inside, heads come first: [heads, B, T, hd].
 */
export const attention = (joint: Tensor2D, shape: ModelShape, at: Positions): Tensor2D =>
  usesKernels() ? attentionByKernels(joint, shape, at) : attentionByOperations(joint, shape, at)

/** The products are TensorFlow's; turning, reordering and softmax are one pass each. rowsum(dO ∘ O) is rowsum(P ∘ dO Vᵀ): O is not kept. */
function attentionByKernels(joint: Tensor2D, shape: ModelShape, { rows, width, turns }: Positions): Tensor2D {
  const { heads, kvHeads, headSize } = shape
  const group = heads / kvHeads
  return differentiable({
    inputs: { joint },
    constants: { turns },
    forward: () => {
      const { q, k: kOnce, v: vOnce } = headsByKernel(joint, shape, turns)
      const [k, v] = [repeat(kOnce, group), repeat(vOnce, group)]
      const { p, o } = attendByKernel(q, k, v)
      return { value: byToken(o), keep: { q, k, v, p } }
    },
    backward: (dy, { turns, q, k, v, p }) => {
      const dO: Tensor4D = tf.transpose(tf.reshape(dy, [rows, width, heads, headSize]), [2, 0, 1, 3])
      const [dS] = kernel<[Tensor4D]>('SwitchpointCausalSoftmaxGradient', [p, batchProduct(dO, v, false, true)])
      const dQ = batchProduct(dS, k)
      const dK = sumRepeats(batchProduct(dS, q, true), group)
      const dV = sumRepeats(batchProduct(p, dO, true), group)
      return { joint: kernel<[Tensor2D]>('SwitchpointHeadsGradient', [dQ, dK, dV, turns])[0] }
    },
  })
}

function headsByKernel(joint: Tensor2D, { heads, kvHeads }: ModelShape, turns: Tensor2D) {
  const counts = [heads, kvHeads].map((count) => tf.scalar(count, 'int32'))
  const [q, k, v] = kernel<[Tensor4D, Tensor4D, Tensor4D]>('SwitchpointHeads', [joint, turns, ...counts])
  return { q, k, v }
}

function attendByKernel(q: Tensor4D, k: Tensor4D, v: Tensor4D): { p: Tensor4D; o: Tensor4D } {
  const [p] = kernel<[Tensor4D]>('SwitchpointCausalSoftmax', [batchProduct(q, k, false, true)])
  return { p, o: batchProduct(p, v) }
}

function attentionByOperations(joint: Tensor2D, shape: ModelShape, at: Positions): Tensor2D {
  const { heads, kvHeads, headSize } = shape
  const { rows, width } = at
  const { factors, backFactors, mask } = at.composed()
  const group = heads / kvHeads
  return differentiable({
    inputs: { joint },
    constants: { backFactors },
    forward: () => {
      const { q, k: kOnce, v: vOnce } = turnedHeads(joint, shape, factors, rows)
      const [k, v] = [repeat(kOnce, group), repeat(vOnce, group)]
      const { p, o } = attend(q, k, v, mask)
      return { value: byToken(o), keep: { q, k, v, p, o } }
    },
    backward: (dy, { joint, backFactors, q, k, v, p, o }) => {
      const dO: Tensor4D = tf.transpose(tf.reshape(dy, [rows, width, heads, headSize]), [2, 0, 1, 3])
      const along = tf.sum(tf.mul(dO, o), -1, true) // [heads, B, T, 1]
      const dS: Tensor4D = tf.mul(p, tf.sub(batchProduct(dO, v, false, true), along))
      const dQ = batchProduct(dS, k)
      const dK = sumRepeats(batchProduct(dS, q, true), group)
      const dV = sumRepeats(batchProduct(p, dO, true), group)
      const joined = tf.transpose(tf.concat([dQ, dK, dV], 0), [1, 2, 0, 3])
      return { joint: turn(tf.reshape(joined, joint.shape), backFactors) }
    },
  })
}

/** The same for a sampler's prompts: no gradient, and k and v come along, [kvHeads, B, T, hd]. */
export function attentionWithKeys(
  joint: Tensor2D,
  shape: ModelShape,
  at: Positions,
): { out: Tensor2D; k: Tensor4D; v: Tensor4D } {
  const group = shape.heads / shape.kvHeads
  if (usesKernels()) {
    const { q, k, v } = headsByKernel(joint, shape, at.turns)
    return { out: byToken(attendByKernel(q, repeat(k, group), repeat(v, group)).o), k, v }
  }
  const { factors, mask } = at.composed()
  const { q, k, v } = turnedHeads(joint, shape, factors, at.rows)
  return { out: byToken(attend(q, repeat(k, group), repeat(v, group), mask).o), k, v }
}

function turnedHeads(joint: Tensor2D, { heads, kvHeads, headSize }: ModelShape, factors: Tensor, rows: number) {
  const turned: Tensor4D = tf.reshape(turn(joint, factors), [
    rows,
    joint.shape[0] / rows,
    heads + 2 * kvHeads,
    headSize,
  ])
  const byHead: Tensor4D = tf.transpose(turned, [2, 0, 1, 3])
  return {
    q: headsOf(byHead, 0, heads),
    k: headsOf(byHead, heads, kvHeads),
    v: headsOf(byHead, heads + kvHeads, kvHeads),
  }
}

function attend(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor2D): { p: Tensor4D; o: Tensor4D } {
  const scores = tf.add(batchProduct(q, k, false, true), mask)
  const p = raw<Tensor4D>('Softmax', [scores], { T: { type: DType.float32 } })
  return { p, o: batchProduct(p, v) }
}

/** [heads, B, T, hd] -> [N, heads hd]. */
function byToken(o: Tensor4D): Tensor2D {
  const [heads, rows, width, headSize] = o.shape
  return tf.reshape(tf.transpose(o, [1, 2, 0, 3]), [rows * width, heads * headSize])
}

/** Matrix products over two leading batch axes. */
export const batchProduct = (a: Tensor4D, b: Tensor4D, transposeA = false, transposeB = false): Tensor4D =>
  raw<Tensor4D>('BatchMatMulV2', [a, b], { T: { type: DType.float32 }, adj_x: transposeA, adj_y: transposeB })

const headsOf = (byHead: Tensor4D, first: number, count: number): Tensor4D =>
  tf.slice(byHead, [first, 0, 0, 0], [count, byHead.shape[1], byHead.shape[2], byHead.shape[3]])

/** Each k or v head serves `group` q heads (GQA, arXiv 2305.13245). */
function repeat(x: Tensor4D, group: number): Tensor4D {
  if (group === 1) return x
  const [kvHeads, rows, width, size] = x.shape
  return tf.reshape(tf.tile(tf.reshape(x, [kvHeads, 1, rows * width * size]), [1, group, 1]), [
    kvHeads * group,
    rows,
    width,
    size,
  ])
}

function sumRepeats(x: Tensor4D, group: number): Tensor4D {
  if (group === 1) return x
  const [heads, rows, width, size] = x.shape
  return tf.reshape(tf.sum(tf.reshape(x, [heads / group, group, rows * width * size]), 1), [
    heads / group,
    rows,
    width,
    size,
  ])
}
