/** From logits to what objectives see: log-probabilities of the tokens that stand there, and entropies. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { differentiable } from '../tensor/differentiable.ts'
import { DType } from '../tensor/dtype.ts'
import { raw, rawOutputs } from '../tensor/raw.ts'

const float = { T: { type: DType.float32 } } as const

/**
 * logp_n = log softmax(z_n)[y_n].   dz = (onehot(y) - softmax(z)) dlogp
 * Shapes  logits z [N, V]; targets y int32 [N]; result [N].   Units  nats.
 */
export const logProbabilities = (logits: Tensor2D, targets: Tensor1D): Tensor1D =>
  differentiable({
    inputs: { logits },
    forward: () => {
      const attributes = { ...float, Tlabels: { type: DType.int32 } }
      const [loss, gradient] = rawOutputs('SparseSoftmaxCrossEntropyWithLogits', [logits, targets], attributes, 2)
      return { value: tf.neg(loss as Tensor1D), keep: { gradient: gradient! } }
    },
    backward: (dy, { gradient }) => ({ logits: tf.mul(gradient, tf.neg(column(dy))) }),
  })

/**
 * H_n = -Σ_v p_v log p_v,  p = softmax(z_n).   dz = -p ∘ (log p + H) dH
 * Shapes  logits [N, V] -> [N].   Units  nats.   A forbidden logit (-1e9) has p = 0 and adds 0.
 */
export const entropies = (logits: Tensor2D): Tensor1D =>
  differentiable({
    inputs: { logits },
    forward: () => {
      const logp = raw<Tensor2D>('LogSoftmax', [logits], float)
      const p: Tensor2D = tf.exp(logp)
      const h: Tensor1D = tf.neg(tf.sum(tf.mul(p, logp), 1))
      return { value: h, keep: { p, logp, h } }
    },
    backward: (dh, { p, logp, h }) => ({ logits: tf.mul(tf.mul(p, tf.add(logp, column(h))), tf.neg(column(dh))) }),
  })

const column = (x: Tensor): Tensor2D => tf.reshape(x, [x.size, 1])
