/**
 * AdamW written as PyTorch's documentation states it, one formula a line:
 *   w ← w (1 - lr λ);   m ← β1 m + (1 - β1) g;   v ← β2 v + (1 - β2) g²;   w ← w - lr m̂ / (√v̂ + ε)
 * with g clipped to a global norm before: g min(1, c / (‖g‖ + 1e-6)).
 */
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor } from '@tensorflow/tfjs'
import type { OptimiserSettings } from '../policy.ts'

export interface ParameterState {
  readonly weight: Tensor
  readonly first: Tensor
  readonly second: Tensor
}

/** L2 norm of all gradients together. */
export const globalNorm = (gradients: readonly Tensor[]): number =>
  tf.tidy(() => tf.sqrt(tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)) as Scalar))).dataSync()[0]!)

/** A parameter after step t = 1, 2, ... */
export function updatedParameter(
  { weight, first, second }: ParameterState,
  gradient: Tensor,
  gradNorm: number,
  { learningRate, beta1, beta2, eps, weightDecay, clipNorm }: OptimiserSettings,
  t: number,
): ParameterState {
  const g = tf.mul(gradient, Math.min(1, clipNorm / (gradNorm + 1e-6)))
  const m = tf.add(tf.mul(first, beta1), tf.mul(g, 1 - beta1))
  const v = tf.add(tf.mul(second, beta2), tf.mul(tf.square(g), 1 - beta2))
  const mHat = tf.div(m, 1 - beta1 ** t)
  const vHat = tf.div(v, 1 - beta2 ** t)
  const step = tf.div(tf.mul(mHat, learningRate), tf.add(tf.sqrt(vHat), eps))
  return { weight: tf.sub(tf.mul(weight, 1 - learningRate * weightDecay), step), first: m, second: v }
}
