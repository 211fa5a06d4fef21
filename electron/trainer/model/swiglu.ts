import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { usesKernels } from '../kernels/choice.ts'
import { kernel } from '../kernels/kernel.ts'
import { differentiable } from '../tensor/differentiable.ts'

/**
 * The gated unit of SwiGLU (arXiv 2002.05202):  h = g ∘ c,  c = σ(g) ∘ u.
 *   du = dh ∘ a,   dg = dh ∘ c ∘ (1 + g - a),   a = g ∘ σ
 * Shapes  all [N, F].
 */
export const gatedUnit = (gate: Tensor2D, up: Tensor2D): Tensor2D =>
  usesKernels() ? byKernel(gate, up) : byOperations(gate, up)

/** One pass each way. Nothing is kept but g and u: σ is worked out once more, at no cost beside reading them. */
const byKernel = (gate: Tensor2D, up: Tensor2D): Tensor2D =>
  differentiable({
    inputs: { gate, up },
    forward: () => ({ value: kernel<[Tensor2D]>('SwitchpointGatedUnit', [gate, up])[0] }),
    backward: (dh, { gate, up }) => {
      const [dg, du] = kernel<[Tensor2D, Tensor2D]>('SwitchpointGatedUnitGradient', [dh, gate, up])
      return { gate: dg, up: du }
    },
  })

/**
 * In the order of the formula, for TensorFlow makes one operation of g ∘ σ(g) wherever nothing else wants σ, and that one takes five
 * times as long on the few rows of a sampler's step.
 */
const byOperations = (gate: Tensor2D, up: Tensor2D): Tensor2D =>
  differentiable({
    inputs: { gate, up },
    forward: () => {
      const σ: Tensor2D = tf.sigmoid(gate)
      const c: Tensor2D = tf.mul(σ, up)
      return { value: tf.mul(gate, c), keep: { σ, c } }
    },
    backward: (dh, { gate, σ, c }) => {
      const a = tf.mul(gate, σ)
      const t = tf.mul(dh, c)
      return { gate: tf.add(tf.mul(t, tf.sub(gate, a)), t), up: tf.mul(dh, a) }
    },
  })
