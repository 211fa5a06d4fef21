/** An objective alone: from log-probabilities to its value, metrics and d loss / d log π, without a model. For tests. */
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { ObjectiveGraph } from '../policy.ts'

export interface ObjectiveGradient {
  readonly loss: Scalar
  /** Kept: they outlive the tidy() they were made in. */
  readonly metrics: Readonly<Record<string, Scalar>>
  /** As `logp`. */
  readonly gradient: Tensor
}

/** Shapes  logp, entropy [rows, columns]; `given`: the objective's inputs by name. */
export function objectiveGradient(
  graph: ObjectiveGraph,
  { logp, entropy }: { readonly logp: Tensor2D; readonly entropy: Tensor2D },
  given: Parameters<ObjectiveGraph['build']>[1],
): ObjectiveGradient {
  let metrics: Readonly<Record<string, Scalar>> = {}
  const lossOf = (x: Tensor): Scalar => {
    const result = graph.build({ logp: x as Tensor2D, entropy }, given)
    metrics = Object.fromEntries(Object.entries(result.metrics).map(([name, metric]) => [name, tf.keep(metric)]))
    return result.loss
  }
  const { value, grad } = tf.valueAndGrad(lossOf)(logp)
  return { loss: value as Scalar, metrics, gradient: grad }
}
