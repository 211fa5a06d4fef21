/** From logits to what objectives see: log-probabilities of the tokens that stand there, and entropies. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { usesKernels } from '../kernels/choice.ts'
import { kernel } from '../kernels/kernel.ts'
import { differentiable } from '../tensor/differentiable.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'

const float = { T: { type: DType.float32 } } as const

/**
 * logp_n = log softmax(z_n)[y_n] = z_ny - max z_n + log max p_n,  p = softmax(z).   dz = (onehot(y) - p) dlogp
 * (log Σ exp(z - max) is -log max p, and max p is at least 1/V: nothing under- or overflows.) One pass of oneDNN's softmax and two
 * maxima take half the time of SparseSoftmaxCrossEntropyWithLogits, whose passes are not vectorised as well.
 * Shapes  logits z [N, V]; targets y int32 [N]; result [N].   Units  nats.
 */
export const logProbabilities = (logits: Tensor2D, targets: Tensor1D): Tensor1D =>
  usesKernels() ? logProbabilitiesByKernel(logits, targets) : logProbabilitiesByOperations(logits, targets)

/** Keeps log Σ exp z, one number a row, and works p out once more on the way back. */
const logProbabilitiesByKernel = (logits: Tensor2D, targets: Tensor1D): Tensor1D =>
  differentiable({
    inputs: { logits },
    constants: { targets },
    forward: () => {
      const [value, lse] = kernel<[Tensor1D, Tensor1D]>('SwitchpointLogProbability', [logits, targets])
      return { value, keep: { lse } }
    },
    backward: (dy, { logits, targets, lse }) => ({
      logits: kernel<[Tensor2D]>('SwitchpointLogProbabilityGradient', [dy, logits, lse, targets])[0],
    }),
  })

const logProbabilitiesByOperations = (logits: Tensor2D, targets: Tensor1D): Tensor1D =>
  differentiable({
    inputs: { logits },
    constants: { targets },
    forward: () => {
      const p = raw<Tensor2D>('Softmax', [logits], float)
      const chosen = gatherFlat(logits, flatIndices(targets, logits.shape[1]))
      const value = tf.add(tf.sub(chosen, largest(logits)), tf.log(largest(p))) as Tensor1D
      return { value, keep: { p } }
    },
    backward: (dy, { logits, targets, p }) => {
      const [rows, vocabulary] = logits.shape
      const scaled = tf.mul(p, tf.neg(column(dy)))
      const index = tf.reshape(flatIndices(targets, vocabulary), [rows, 1])
      const types = { T: { type: DType.float32 }, Tindices: { type: DType.int32 } }
      const added = raw('TensorScatterAdd', [tf.reshape(scaled, [rows * vocabulary]), index, dy], types)
      return { logits: tf.reshape(added, [rows, vocabulary]) }
    },
  })

/** Where entry y_n of row n stands in the flat matrix: int32 [N]. */
function flatIndices(targets: Tensor1D, vocabulary: number): Tensor1D {
  const end = tf.scalar(targets.size * vocabulary, 'int32')
  const rowStarts = raw<Tensor1D>('Range', [tf.scalar(0, 'int32'), end, tf.scalar(vocabulary, 'int32')], {
    Tidx: { type: DType.int32 },
  })
  return tf.add(rowStarts, targets)
}

const gatherFlat = (x: Tensor2D, index: Tensor1D): Tensor1D =>
  raw<Tensor1D>('GatherV2', [tf.reshape(x, [x.size]), index, tf.scalar(0, 'int32')], {
    Tparams: { type: DType.float32 },
    Tindices: { type: DType.int32 },
    Taxis: { type: DType.int32 },
    batch_dims: 0,
  })

/** The largest number of each row: [N, V] -> [N]. */
const largest = (x: Tensor2D): Tensor1D =>
  raw<Tensor1D>('Max', [x, tf.tensor1d([1], 'int32')], { ...float, Tidx: { type: DType.int32 }, keep_dims: false })

/**
 * H_n = -Σ_v p_v log p_v,  p = softmax(z_n).   dz = -p ∘ (log p + H) dH
 * Shapes  logits [N, V] -> [N].   Units  nats.   A forbidden logit (-1e9) has p = 0 and adds 0.
 */
export const entropies = (logits: Tensor2D): Tensor1D =>
  usesKernels() ? entropiesByKernel(logits) : entropiesByOperations(logits)

const entropiesByKernel = (logits: Tensor2D): Tensor1D =>
  differentiable({
    inputs: { logits },
    forward: () => {
      const [h, lse] = kernel<[Tensor1D, Tensor1D]>('SwitchpointEntropy', [logits])
      return { value: h, keep: { h, lse } }
    },
    backward: (dh, { logits, h, lse }) => ({
      logits: kernel<[Tensor2D]>('SwitchpointEntropyGradient', [dh, logits, lse, h])[0],
    }),
  })

const entropiesByOperations = (logits: Tensor2D): Tensor1D =>
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
