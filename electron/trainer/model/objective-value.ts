/** The forward pass as objectives and scoring see it, from token rows to log-probabilities. */
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { Forward, ObjectiveGraph } from '../policy.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'
import { entropies, logProbabilities } from './language-head.ts'
import type { TunedShape } from './lora/adapters.ts'
import { hiddenStates, logitsOf, type Weights } from './transformer.ts'

export interface BatchTensors {
  readonly tokens: Tensor2D // int32 [B, W]
  readonly lengths: Tensor1D // int32 [B]
}

/**
 * Log-probabilities of the tokens as they stand, and entropies on demand: [B, W - 1] each, 0 where the next token is padding.
 * `temperature` is a number (a constant of the graph) or a scalar tensor.
 */
export function forwardPass(
  weights: Weights,
  shape: TunedShape,
  forbidden: readonly number[],
  { tokens, lengths }: BatchTensors,
  inverseTemperature: Scalar | 1,
  wantsEntropy: boolean,
): Forward {
  const [rows, width] = [tokens.shape[0], tokens.shape[1] - 1]
  const targets: Tensor1D = tf.reshape(tf.slice(tokens, [0, 1], [rows, width]), [rows * width])
  const hidden = hiddenStates(weights, shape, tf.slice(tokens, [0, 0], [rows, width]))
  // Scaling the hidden states scales the logits, and they are fewer.
  const scaled: Tensor2D = inverseTemperature === 1 ? hidden : tf.mul(hidden, inverseTemperature)
  const logits = logitsOf(weights, shape, scaled, forbidden)
  const counts = countedPositions(lengths, rows, width)
  const counted = (values: Tensor1D): Tensor2D => tf.mul(tf.reshape(values, [rows, width]), counts)
  const logp = counted(logProbabilities(logits, targets))
  if (wantsEntropy) return { logp, entropy: counted(entropies(logits)) }
  return {
    logp,
    get entropy(): Tensor2D {
      throw new Error('An objective read entropies without declaring wantsEntropy')
    },
  }
}

/** 1 where position t is followed by a token of its row, 0 where by padding: [B, T]. */
function countedPositions(lengths: Tensor1D, rows: number, width: number): Tensor2D {
  const position = raw('Range', [tf.scalar(0, 'int32'), tf.scalar(width, 'int32'), tf.scalar(1, 'int32')], {
    Tidx: { type: DType.int32 },
  })
  const last = tf.sub(tf.reshape(lengths, [rows, 1]), tf.scalar(1, 'int32'))
  return tf.cast(tf.less(tf.reshape(position, [1, width]), last), 'float32')
}

/** Loss and metrics of an objective on a batch. Call inside tidy(). */
export function objectiveValue(
  weights: Weights,
  shape: TunedShape,
  forbidden: readonly number[],
  objective: ObjectiveGraph,
  batch: BatchTensors,
  inputs: Readonly<Record<string, Tensor>>,
): { loss: Scalar; metrics: Readonly<Record<string, Scalar>> } {
  const { temperature, wantsEntropy } = objective
  const inverse = temperature === 1 ? 1 : tf.scalar(1 / temperature)
  const forward = forwardPass(weights, shape, forbidden, batch, inverse, wantsEntropy)
  return objective.build(forward, inputs as Readonly<Record<string, Tensor2D | Tensor1D | Scalar>>)
}
