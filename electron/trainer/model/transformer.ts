/**
 * A decoder-only transformer of Llama's family: pre-norm RMSNorm, rotary positions, SwiGLU, grouped key-value heads, no biases.
 * Letters  B rows, T positions, N = B T, H width, V vocabulary.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { attention, positionsOf } from './attention.ts'
import { rowsOf } from './embedding.ts'
import { addConstantBias, linear } from './linear.ts'
import { headOf } from './parameters.ts'
import { rmsNorm } from './rms-norm.ts'
import { rotations } from './rope.ts'
import { gatedUnit } from './swiglu.ts'

/** Stored parameters (`parameters.ts`) by name. */
export type Weights = Readonly<Record<string, Tensor>>

/** Large enough to leave a forbidden token no probability, small enough to stay finite in every product. */
export const forbiddenLogit = -1e9

/**
 * The last layer's normalised output for every position.
 * Shapes  tokens int32 [B, T] -> [N, H].
 */
export function hiddenStates(weights: Weights, shape: ModelShape, tokens: Tensor2D): Tensor2D {
  const [rows, width] = tokens.shape
  const at = positionsOf(shape, rows, turnsUpTo(shape, width))
  let x = rowsOf(weights['embed'] as Tensor2D, tf.reshape(tokens, [rows * width]))
  for (let layer = 0; layer < shape.layers; layer++) {
    const w = layerWeights(weights, layer)
    x = tf.add(x, linear(attention(jointProjection(x, w, shape), shape, at), w('out')))
    x = feedForward(x, w, shape)
  }
  return rmsNorm(x, weights['norm'] as Tensor1D, shape.normEps)
}

/** A layer's weights by their short names. */
export const layerWeights =
  (weights: Weights, layer: number) =>
  (name: string): Tensor2D =>
    weights[`layer${layer}.${name}`] as Tensor2D

export type LayerWeights = ReturnType<typeof layerWeights>

/** q, k and v of all heads, before they are turned: [N, H] -> [N, (heads + 2 kvHeads) headSize]. */
export const jointProjection = (x: Tensor2D, w: LayerWeights, { normEps }: ModelShape): Tensor2D =>
  linear(rmsNorm(x, w('attention_norm') as Tensor as Tensor1D, normEps), w('qkv'))

/** x + down(silu(gate(n)) ∘ up(n)), n = norm(x): [N, H] -> [N, H]. */
export function feedForward(x: Tensor2D, w: LayerWeights, { normEps }: ModelShape): Tensor2D {
  const n = rmsNorm(x, w('mlp_norm') as Tensor as Tensor1D, normEps)
  return tf.add(x, linear(gatedUnit(linear(n, w('gate')), linear(n, w('up'))), w('down')))
}

/** Scores of every next token: [N, H] -> [N, V]. Forbidden tokens get `forbiddenLogit`. */
export function logitsOf(
  weights: Weights,
  shape: ModelShape,
  hidden: Tensor2D,
  forbidden: readonly number[],
): Tensor2D {
  const logits = linear(hidden, weights[headOf(shape)] as Tensor2D)
  return forbidden.length === 0
    ? logits
    : addConstantBias(logits, tf.tensor1d(forbiddenBias(shape.vocabSize, forbidden)))
}

/** 0 for allowed tokens, `forbiddenLogit` for the others: [V]. */
export function forbiddenBias(vocabSize: number, forbidden: readonly number[]): Float32Array {
  const bias = new Float32Array(vocabSize)
  for (const token of forbidden) bias[token] = forbiddenLogit
  return bias
}

/** Rotations of positions 0..width-1: [width, headSize]. */
export function turnsUpTo(shape: ModelShape, width: number): Tensor2D {
  return tf.slice(rotations(shape), [0, 0], [width, shape.headSize])
}
