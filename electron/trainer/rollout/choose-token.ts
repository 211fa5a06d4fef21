/** From logits to the next token, in tensors: temperature, top-k, top-p, and the inverse of the cumulative distribution. */
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { DType } from '../tensor/dtype.ts'
import { raw, rawOutputs } from '../tensor/raw.ts'

const float = { T: { type: DType.float32 } } as const

export interface Choice {
  readonly token: Tensor1D // int32 [N]
  readonly logp: Tensor1D // [N], of softmax(logits / temperature), before top-p and top-k
}

export interface ChoiceInputs {
  readonly uniform: Tensor1D // [N] in [0, 1)
  readonly inverseTemperature: Scalar
  /** 1: take the most probable token, 0: draw. */
  readonly greedy: Scalar
  /** Left out: no filter. */
  readonly filter?: { readonly topK: Scalar; readonly topP: Scalar } // int32, float
}

/** Shapes  logits [N, V]. */
export function chooseToken(logits: Tensor2D, { uniform, inverseTemperature, greedy, filter }: ChoiceInputs): Choice {
  const [rows, vocabulary] = logits.shape
  const logProbability = raw<Tensor2D>('LogSoftmax', [tf.mul(logits, inverseTemperature)], float)
  const p: Tensor2D = tf.exp(logProbability)
  const kept =
    filter === undefined ? p : tf.mul(p, tf.cast(tf.greaterEqual(p, threshold(p, filter.topK, filter.topP)), 'float32'))
  const drawn = tf.cast(drawFrom(kept as Tensor2D, uniform), 'float32')
  const best = tf.cast(argMax(logits), 'float32')
  const token = tf.cast(tf.add(tf.mul(greedy, best), tf.mul(tf.sub(1, greedy), drawn)), 'int32') as Tensor1D
  const offsets = raw(
    'Range',
    [tf.scalar(0, 'int32'), tf.scalar(rows * vocabulary, 'int32'), tf.scalar(vocabulary, 'int32')],
    { Tidx: { type: DType.int32 } },
  )
  const logp = raw<Tensor1D>(
    'GatherV2',
    [tf.reshape(logProbability, [rows * vocabulary]), tf.add(offsets, token), tf.scalar(0, 'int32')],
    {
      Tparams: { type: DType.float32 },
      Tindices: { type: DType.int32 },
      Taxis: { type: DType.int32 },
      batch_dims: 0,
    },
  )
  return { token, logp }
}

/**
 * The first token whose cumulative weight passes u times the total: [N]. In the order of token ids, so that a rounding
 * difference moves a boundary by its own size and no further. A token without weight is never drawn.
 */
function drawFrom(weights: Tensor2D, uniform: Tensor1D): Tensor1D {
  const [rows, vocabulary] = weights.shape
  const cumulative = cumulativeSum(weights)
  const total = tf.slice(cumulative, [0, vocabulary - 1], [rows, 1])
  // Just under 1, so that rounding cannot lift the target to the total and past the last token.
  const target = tf.mul(total, tf.mul(tf.reshape(uniform, [rows, 1]), 1 - 2 ** -20))
  return tf.sum(tf.cast(tf.lessEqual(cumulative, target), 'int32'), 1)
}

/**
 * The smallest probability that stays: among the K most probable tokens (0: all), those before which less than P of their
 * mass has gone. Tokens as probable as the last that stays, stay too; the most probable one always does.
 * Shapes  p [N, V] -> [N, 1].
 */
function threshold(p: Tensor2D, topK: Scalar, topP: Scalar): Tensor {
  const [rows, vocabulary] = p.shape
  const [sorted] = rawOutputs('TopKV2', [p, tf.scalar(vocabulary, 'int32')], { ...float, sorted: true }, 2) as [
    Tensor2D,
    Tensor,
  ]
  const rank = raw('Range', [tf.scalar(0, 'int32'), tf.scalar(vocabulary, 'int32'), tf.scalar(1, 'int32')], {
    Tidx: { type: DType.int32 },
  })
  const amongK = tf.cast(tf.logicalOr(tf.less(rank, topK), tf.lessEqual(topK, tf.scalar(0, 'int32'))), 'float32')
  const mass: Tensor2D = tf.mul(sorted, amongK)
  const cumulative = cumulativeSum(mass)
  const total = tf.slice(cumulative, [0, vocabulary - 1], [rows, 1])
  const stays = tf.logicalAnd(tf.less(tf.sub(cumulative, mass), tf.mul(total, topP)), tf.greater(mass, 0))
  const best = tf.slice(sorted, [0, 0], [rows, 1])
  return tf.minimum(tf.min(tf.where(stays, sorted, tf.onesLike(sorted)), 1, true), best)
}

const cumulativeSum = (x: Tensor2D): Tensor2D =>
  raw<Tensor2D>('Cumsum', [x, tf.scalar(1, 'int32')], {
    ...float,
    Tidx: { type: DType.int32 },
    exclusive: false,
    reverse: false,
  })

const argMax = (x: Tensor2D): Tensor1D =>
  raw<Tensor1D>('ArgMax', [x, tf.scalar(1, 'int32')], {
    ...float,
    Tidx: { type: DType.int32 },
    output_type: { type: DType.int32 },
  })
