import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { differentiable } from '../tensor/differentiable.ts'

/**
 * The gated unit of SwiGLU (arXiv 2002.05202):  h = a ∘ u,  a = g σ(g).
 *   du = dh ∘ a,   dg = dh ∘ u ∘ σ ∘ (1 + g - a)
 * Shapes  all [N, F].
 */
export const gatedUnit = (gate: Tensor2D, up: Tensor2D): Tensor2D =>
  differentiable({
    inputs: { gate, up },
    forward: () => {
      const σ: Tensor2D = tf.sigmoid(gate)
      const a: Tensor2D = tf.mul(gate, σ)
      return { value: tf.mul(a, up), keep: { σ, a } }
    },
    backward: (dh, { gate, up, σ, a }) => {
      const t = tf.mul(tf.mul(dh, up), σ)
      return { gate: tf.add(tf.mul(t, tf.sub(gate, a)), t), up: tf.mul(dh, a) }
    },
  })
