/** Runs an objective's graph op by op on given log-probabilities: its value, metrics and gradient. For tests and reference. */
import * as tf from '@tensorflow/tfjs'
import type { ObjectiveGraph } from '../policy.ts'
import { objectiveGradient } from './objective-gradient.ts'
import type { Layout } from './update-row.ts'

export interface ObjectiveValue {
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
  /** d loss / d log π [rows * (width - 1)]. */
  readonly gradient: Float32Array
}

export function evaluateObjective(
  graph: ObjectiveGraph,
  inputs: Readonly<Record<string, Float32Array>>,
  forward: { readonly logp: Float32Array; readonly entropy: Float32Array },
  { rows, width }: Layout,
): ObjectiveValue {
  const T = width - 1
  return tf.tidy(() => {
    const given = Object.fromEntries(
      Object.entries(graph.inputs).map(([name, kind]) => {
        const values = inputs[name]
        if (!values) throw new Error(`objective ${graph.key} lacks its input ${name}`)
        const flat = tf.tensor1d(values)
        return [name, kind === 'token' ? flat.as2D(rows, T) : kind === 'row' ? flat : flat.asScalar()]
      }),
    )
    const entropy = tf.tensor2d(forward.entropy, [rows, T])
    const logp = tf.tensor2d(forward.logp, [rows, T])
    const { loss, metrics, gradient } = objectiveGradient(graph, { logp, entropy }, given)
    const numbers = Object.fromEntries(Object.entries(metrics).map(([key, scalar]) => [key, scalar.dataSync()[0]!]))
    const read = { loss: loss.dataSync()[0]!, metrics: numbers, gradient: gradient.dataSync() as Float32Array }
    Object.values(metrics).forEach((scalar) => scalar.dispose())
    return read
  })
}
