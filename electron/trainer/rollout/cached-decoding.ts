/**
 * One more token for each of several sequences, with keys and values of earlier positions kept in a cache.
 *
 * The cache of a layer is [slots, kvHeads capacity headSize]; sequence i stands in slot i. `InplaceUpdate` writes a position's
 * keys into the variable's own memory, and the first n slots are a view of it: no token copies the cache.
 * Letters  n sequences, C capacity in tokens, V vocabulary.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import { attentionWithKeys, positionsOf } from '../model/attention.ts'
import { gather, rowsOf } from '../model/embedding.ts'
import type { TunedShape } from '../model/lora/adapters.ts'
import { project } from '../model/lora/projection.ts'
import { rmsNorm } from '../model/rms-norm.ts'
import { jointFactors, rotations, turn } from '../model/rope.ts'
import { feedForward, jointProjection, layerWeights, logitsOf, turnsUpTo, type Weights } from '../model/transformer.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'

export interface DecodeInputs {
  readonly tokens: Tensor1D // int32 [n], each sequence's last token
  readonly positions: Tensor1D // int32 [n], where it stands
  /** Rows of the cache, seen as [slots kvHeads capacity, headSize], that this token's keys go to: int32 [n kvHeads]. */
  readonly cacheRows: Tensor1D
  /** Added to the logits: [V]. */
  readonly bias: Tensor1D
}

/** A layer's keys or values, by `k0`, `v0`, `k1`, ... */
export type Caches = Readonly<Record<string, Tensor2D>>

/** Scores of the next token of every sequence, [n, V]. Extends the caches, in place. */
export function decode(
  weights: Weights,
  shape: TunedShape,
  caches: Caches,
  capacity: number,
  inputs: DecodeInputs,
): Tensor2D {
  const { heads, kvHeads, headSize } = shape
  const { tokens, positions, cacheRows, bias } = inputs
  const rows = tokens.shape[0]
  const group = heads / kvHeads
  const factors = jointFactors(gather(rotations(shape), positions), { q: heads, kv: kvHeads })
  const mask = lookBackMask(positions, capacity)
  let x = rowsOf(weights['embed'] as Tensor2D, tokens)
  for (let layer = 0; layer < shape.layers; layer++) {
    const w = layerWeights(weights, layer)
    const joint = tf.reshape(turn(jointProjection(x, w, shape), factors), [rows, heads + 2 * kvHeads, headSize])
    const q: Tensor4D = tf.reshape(tf.slice(joint, [0, 0, 0], [rows, heads, headSize]), [
      rows,
      kvHeads,
      group,
      headSize,
    ])
    const extended = (name: 'k' | 'v', first: number): Tensor4D => {
      const fresh: Tensor2D = tf.reshape(tf.slice(joint, [0, first, 0], [rows, kvHeads, headSize]), [
        rows * kvHeads,
        headSize,
      ])
      return extend(caches[`${name}${layer}`]!, cacheRows, fresh, [rows, kvHeads, capacity, headSize])
    }
    const scores = tf.add(thinProduct(q, extended('k', heads), true), mask)
    const p = raw<Tensor4D>('Softmax', [scores], { T: { type: DType.float32 } })
    const o = tf.reshape(thinProduct(p, extended('v', heads + kvHeads)), [rows, heads * headSize]) as Tensor2D
    x = tf.add(x, project(o, w, 'out', shape))
    x = feedForward(x, w, shape)
  }
  const hidden = rmsNorm(x, weights['norm'] as Tensor1D, shape.normEps)
  return tf.add(logitsOf(weights, shape, hidden, []), bias)
}

/**
 * Products of one row (or a few, with grouped heads) and a long matrix: bound by reading the matrix. Version 3 of the operation is
 * the one that oneDNN does not take over; its packing of the matrix made the scores 1.5 times as slow.
 */
const thinProduct = (a: Tensor4D, b: Tensor4D, transposeB = false): Tensor4D => {
  const type = { type: DType.float32 }
  return raw<Tensor4D>('BatchMatMulV3', [a, b], { Ta: type, Tb: type, Tout: type, adj_x: false, adj_y: transposeB })
}

/** Writes fresh rows into a cache and shows its first n slots, without copying: [n, kvHeads, capacity, headSize]. */
function extend(
  cache: Tensor2D,
  rows: Tensor1D,
  fresh: Tensor2D,
  [n, kvHeads, capacity, headSize]: [number, number, number, number],
): Tensor4D {
  const slotSize = kvHeads * capacity * headSize
  const written = raw('InplaceUpdate', [openReshape(cache, headSize), rows, fresh], { T: { type: DType.float32 } })
  // Cutting along the first axis shares memory as long as slots are multiples of 64 bytes (capacities are of 16 tokens).
  return tf.reshape(tf.slice(openReshape(written, slotSize), [0, 0], [n, slotSize]), [n, kvHeads, capacity, headSize])
}

/** x as rows of the given length, however many: the graph then need not know the number of slots. */
function openReshape(x: Tensor, length: number): Tensor2D {
  const types = { T: { type: DType.float32 }, Tshape: { type: DType.int32 } }
  return raw<Tensor2D>('Reshape', [x, tf.tensor1d([-1, length], 'int32')], types)
}

/** 0 at positions up to a sequence's own, -1e9 beyond (where the cache holds what others left): [n, 1, 1, C]. */
function lookBackMask(positions: Tensor1D, capacity: number): Tensor4D {
  const rows = positions.shape[0]
  const all = raw('Range', [tf.scalar(0, 'int32'), tf.scalar(capacity, 'int32'), tf.scalar(1, 'int32')], {
    Tidx: { type: DType.int32 },
  })
  const beyond = tf.greater(tf.reshape(all, [1, capacity]), tf.reshape(positions, [rows, 1]))
  return tf.reshape(tf.mul(tf.cast(beyond, 'float32'), -1e9), [rows, 1, 1, capacity])
}

/**
 * Keys and values of whole prompts, right-padded, for the caches of the sequences that continue them.
 * Shapes  tokens int32 [P, L] -> `k0`, `v0`, ... each [P, kvHeads, L, headSize].
 */
export function promptKeys(weights: Weights, shape: TunedShape, tokens: Tensor2D): Record<string, Tensor> {
  const [prompts, width] = tokens.shape
  const at = positionsOf(shape, prompts, turnsUpTo(shape, width))
  const keys: Record<string, Tensor> = {}
  let x = rowsOf(weights['embed'] as Tensor2D, tf.reshape(tokens, [prompts * width]))
  for (let layer = 0; layer < shape.layers; layer++) {
    const w = layerWeights(weights, layer)
    const { out, k, v } = attentionWithKeys(jointProjection(x, w, shape), shape, at)
    keys[`k${layer}`] = tf.transpose(k, [1, 0, 2, 3])
    keys[`v${layer}`] = tf.transpose(v, [1, 0, 2, 3])
    x = tf.add(x, project(out, w, 'out', shape))
    x = feedForward(x, w, shape)
  }
  return keys
}
