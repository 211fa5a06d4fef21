/**
 * A decoder-only transformer of Llama's family: pre-norm RMSNorm, rotary positions, SwiGLU, grouped key-value heads. Qwen2 adds biases
 * to the projections of q, k and v, Qwen3 norms each head of q and k; nothing else has a bias.
 * Letters  B rows, T positions, N = B T, H width, V vocabulary.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { attention, positionsOf } from './attention.ts'
import { rowsOf } from './embedding.ts'
import { normalisedHeads } from './head-norm.ts'
import { addBias, addConstantBias, linear } from './linear.ts'
import type { TunedShape } from './lora/adapters.ts'
import { project } from './lora/projection.ts'
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
export function hiddenStates(weights: Weights, shape: TunedShape, tokens: Tensor2D): Tensor2D {
  const [rows, width] = tokens.shape
  const at = positionsOf(shape, rows, turnsUpTo(shape, width))
  let x = rowsOf(weights['embed'] as Tensor2D, tf.reshape(tokens, [rows * width]))
  for (let layer = 0; layer < shape.layers; layer++) {
    const w = layerWeights(weights, layer)
    x = tf.add(x, project(attention(jointProjection(x, w, shape), shape, at), w, 'out', shape))
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
export function jointProjection(x: Tensor2D, w: LayerWeights, shape: TunedShape): Tensor2D {
  const { family, heads, kvHeads, normEps } = shape
  const vector = (name: string) => w(name) as Tensor as Tensor1D
  const joint = project(rmsNorm(x, vector('attention_norm'), normEps), w, 'qkv', shape)
  switch (family) {
    case 'llama':
      return joint
    case 'qwen2':
      return addBias(joint, vector('qkv_bias'))
    case 'qwen3':
      return normalisedHeads(joint, vector('q_norm'), vector('k_norm'), { q: heads, kv: kvHeads }, normEps)
  }
}

/** x + down(silu(gate(n)) ∘ up(n)), n = norm(x): [N, H] -> [N, H]. */
export function feedForward(x: Tensor2D, w: LayerWeights, shape: TunedShape): Tensor2D {
  const n = rmsNorm(x, w('mlp_norm') as Tensor as Tensor1D, shape.normEps)
  const unit = gatedUnit(project(n, w, 'gate', shape), project(n, w, 'up', shape))
  return tf.add(x, project(unit, w, 'down', shape))
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
