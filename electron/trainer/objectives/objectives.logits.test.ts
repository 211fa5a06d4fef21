/** From logits to gradients: temperature, softmax, entropy, clip and bonus in one chain, against the reference's differences. */
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { GrpoSettings } from '#shared/experiment/objectives.ts'
import { grpoObjective } from './grpo.ts'
import type { RolloutGroup } from './update-row.ts'
import { vector, type Table } from './vectors.ts'

beforeAll(() => tf.setBackend('cpu'))

/** log π of `ids` and entropies [B, T] from logits [B, T, V]. */
function forwardOf(logits: Tensor, ids: Table, temperature: number) {
  const all = tf.logSoftmax(tf.div(logits, temperature))
  const chosen = tf.oneHot(tf.tensor2d(ids as number[][], undefined, 'int32'), logits.shape[2]!)
  return {
    logp: tf.sum(tf.mul(all, chosen), 2) as Tensor2D,
    entropy: tf.neg(tf.sum(tf.mul(tf.exp(all), all), 2)) as Tensor2D,
  }
}

describe('grpo from logits', () => {
  const { config, inputs, expected } = vector('grpo_logits_end_to_end')
  const temperature = config['temperature'] as number
  const ids = inputs['token_ids'] as Table
  const rewards = inputs['rewards'] as number[]
  const group: RolloutGroup = {
    promptId: 0,
    promptTokens: Int32Array.of(0),
    answers: ids.map((row, i) => ({
      responseTokens: Int32Array.from(row),
      correct: rewards[i] === 1,
      reward: rewards[i]!,
      stopped: true,
    })),
  }
  const settings = GrpoSettings.parse({ type: 'grpo', entropyCoef: config['entropy_coef'] })
  const objective = grpoObjective(settings, { temperature, responseLimit: 8, oldPolicy: 'scored' })
  const rows = objective
    .prepare([group], { step: 0, steps: 1 })
    .rows.map((row, i) => ({ ...row, logpOld: Float32Array.from((inputs['logp_old'] as Table)[i]!) }))
  const arrays = objective.inputs(rows, { rows: 2, width: 3 }, { step: 0, steps: 1 })

  it('has the loss, the ratios, the entropies and the gradient on the logits', () => {
    const given = Object.fromEntries(
      Object.entries(objective.graph.inputs).map(([name, kind]) => [
        name,
        kind === 'token' ? tf.tensor2d(arrays[name]!, [2, 2]) : tf.tensor1d(arrays[name]!),
      ]),
    )
    const loss = (logits: Tensor): Scalar => objective.graph.build(forwardOf(logits, ids, temperature), given).loss
    const logits = tf.tensor(inputs['logits'] as number[][][])
    const { value, grad } = tf.valueAndGrad(loss)(logits)
    expect(value.dataSync()[0]).toBeCloseTo(expected['loss'] as number, 6)
    const gradient = (expected['grad_logits'] as number[][][]).flat(2)
    grad.dataSync().forEach((g, i) => expect(Math.abs(g - gradient[i]!)).toBeLessThan(1e-6))
    const forward = forwardOf(logits, ids, temperature)
    forward.logp.dataSync().forEach((x, i) => expect(x).toBeCloseTo((expected['logp_new'] as Table).flat()[i]!, 5))
    forward.entropy.dataSync().forEach((x, i) => expect(x).toBeCloseTo((expected['entropy'] as Table).flat()[i]!, 5))
  })

  it('takes log-probabilities of softmax(logits / temperature)', () => {
    const reference = vector('log_softmax_temperature')
    const row = reference.inputs['logits'] as number[]
    ;(reference.config['temperatures'] as number[]).forEach((tau, i) => {
      const logits = tf.tensor([[row, row, row, row]])
      const { logp, entropy } = forwardOf(logits, [[0, 1, 2, 3]], tau)
      logp.dataSync().forEach((x, token) => expect(x).toBeCloseTo((reference.expected['logp'] as Table)[i]![token]!, 5))
      expect(entropy.dataSync()[0]).toBeCloseTo((reference.expected['entropy'] as number[])[i]!, 5)
    })
  })
})
