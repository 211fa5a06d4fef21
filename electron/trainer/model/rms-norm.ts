import * as tf from '@tensorflow/tfjs'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { usesKernels } from '../kernels/choice.ts'
import { kernel, nothing } from '../kernels/kernel.ts'
import { differentiable } from '../tensor/differentiable.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'
import { product } from './linear.ts'

/**
 * Root-mean-square normalisation (arXiv 1910.07467), as Llama's.
 *   y = x̂ ∘ g,   x̂ = x r,   r = (‖x‖²/H + ε)^(-1/2)
 *   dx = r (dy ∘ g - x̂ s),   s = mean_H(dy ∘ x̂ ∘ g),   dg = Σ_N dy ∘ x̂
 * Shapes  x, y [N, H]; gain [H]; r, s [N, 1].
 */
export const rmsNorm = (x: Tensor2D, gain: Tensor1D, eps: number): Tensor2D =>
  usesKernels() ? byKernel(x, gain, eps) : byOperations(x, gain, eps)

/** Keeps x and r; additions before and after become the kernel's own (`kernels/fuse-additions.ts`). */
const byKernel = (x: Tensor2D, gain: Tensor1D, eps: number): Tensor2D =>
  differentiable({
    inputs: { x, gain },
    forward: () => {
      const [, y, r] = kernel<[Tensor2D, Tensor2D, Tensor1D]>('SwitchpointNorm', [x, nothing(), gain, tf.scalar(eps)])
      return { value: y, keep: { r } }
    },
    backward: (dy, { x, gain, r }) => {
      const inputs = [dy, nothing(), x, r, gain, nothing()]
      const [dx, dGain] = kernel<[Tensor2D, Tensor1D]>('SwitchpointNormGradient', inputs)
      return { x: dx, gain: dGain }
    },
  })

function byOperations(x: Tensor2D, gain: Tensor1D, eps: number): Tensor2D {
  const width = x.shape[1]
  return differentiable({
    inputs: { x, gain },
    forward: () => {
      const norm = raw<Tensor2D>('EuclideanNorm', [x, tf.tensor1d([1], 'int32')], {
        T: { type: DType.float32 },
        Tidx: { type: DType.int32 },
        keep_dims: true,
      })
      const r: Tensor2D = tf.rsqrt(tf.add(tf.mul(tf.square(norm), 1 / width), eps))
      const normalised: Tensor2D = tf.mul(x, r)
      return { value: tf.mul(normalised, gain), keep: { normalised, r } }
    },
    backward: (dy, { gain, normalised, r }) => {
      const p = tf.mul(dy, normalised) // [N, H]
      const s = tf.mul(product(p, tf.reshape(gain, [width, 1])), 1 / width) // [N, 1]
      const dx = tf.mul(tf.sub(tf.mul(dy, gain), tf.mul(normalised, s)), r)
      return { x: dx, gain: tf.sum(p, 0) }
    },
  })
}
