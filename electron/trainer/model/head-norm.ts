import * as tf from '@tensorflow/tfjs'
import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs'
import { differentiable } from '../tensor/differentiable.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'
import type { HeadCounts } from './rope.ts'

/**
 * Qwen3's norm of q and k (arXiv 2505.09388): RMSNorm over each head, one gain for all heads of q and one for those of k; v passes.
 *   y = x̂ ∘ g,   x̂ = x r,   r = (‖x‖²/hd + ε)^(-1/2) for heads of q and k, 1 for those of v (whose g is 1)
 *   dx = r (dy ∘ g - x̂ s),   s = mean_hd(dy ∘ g ∘ x̂), 0 for v,   dg = Σ_N Σ_heads dy ∘ x̂
 * Shapes  joint [N, (q + 2 kv) hd]; qGain, kGain [hd]; inside, [N, heads, hd].
 */
export function normalisedHeads(
  joint: Tensor2D,
  qGain: Tensor1D,
  kGain: Tensor1D,
  { q, kv }: HeadCounts,
  eps: number,
): Tensor2D {
  const size = qGain.shape[0]
  const heads = q + 2 * kv
  const byHead = (x: Tensor2D): Tensor3D => tf.reshape(x, [x.shape[0], heads, size])
  return differentiable({
    inputs: { joint, qGain, kGain },
    forward: () => {
      const isNormed = tf.tensor3d(
        Float32Array.from({ length: heads }, (_, head) => (head < q + kv ? 1 : 0)),
        [1, heads, 1],
      )
      const gain = tf.reshape(tf.concat([tf.tile(qGain, [q]), tf.tile(kGain, [kv]), tf.ones([kv * size])]), [
        1,
        heads,
        size,
      ])
      const x = byHead(joint)
      const norm = raw<Tensor3D>('EuclideanNorm', [x, tf.tensor1d([2], 'int32')], {
        T: { type: DType.float32 },
        Tidx: { type: DType.int32 },
        keep_dims: true,
      })
      const own = tf.rsqrt(tf.add(tf.mul(tf.square(norm), 1 / size), eps))
      const r: Tensor3D = tf.add(tf.mul(own, isNormed), tf.sub(1, isNormed)) // [N, heads, 1]
      const normalised: Tensor3D = tf.mul(x, r)
      const y: Tensor2D = tf.reshape(tf.mul(normalised, gain), joint.shape)
      return { value: y, keep: { normalised, r, gain, isNormed } }
    },
    backward: (dy, { joint, normalised, r, gain, isNormed }) => {
      const d = byHead(dy)
      const p = tf.mul(d, normalised)
      const s = tf.mul(tf.mean(tf.mul(p, gain), 2, true), isNormed) // [N, heads, 1]
      const dx = tf.mul(tf.sub(tf.mul(d, gain), tf.mul(normalised, s)), r)
      const byGain = tf.sum(p, 0) // [heads, hd]
      return {
        joint: tf.reshape(dx, joint.shape),
        qGain: tf.sum(tf.slice(byGain, [0, 0], [q, size]), 0),
        kGain: tf.sum(tf.slice(byGain, [q, 0], [kv, size]), 0),
      }
    },
  })
}
