/** Sampling as its definition says: each token from a full forward pass over prompt and answer so far. For checking caches. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import type { TunedShape } from '../model/lora/adapters.ts'
import { forbiddenBias, hiddenStates, logitsOf, type Weights } from '../model/transformer.ts'
import type { GenerateRequest, Rollout } from '../policy.ts'
import { chooseToken } from '../rollout/choose-token.ts'
import { limitOf } from '../rollout/limits.ts'
import { uniform } from '../rollout/noise.ts'

/** All answers of a request, one after the other. */
export function sampleByFullPasses(weights: Weights, shape: TunedShape, request: GenerateRequest): Rollout[] {
  return request.prompts.flatMap((_, prompt) =>
    Array.from({ length: request.answers }, (_, answer) => sampleOne(weights, shape, request, prompt, answer)),
  )
}

function sampleOne(
  weights: Weights,
  shape: TunedShape,
  request: GenerateRequest,
  prompt: number,
  answer: number,
): Rollout {
  const { prompts, promptIds, seed, temperature, stopTokens } = request
  const limit = limitOf(request, prompt, answer)
  const tokens: number[] = []
  const logp: number[] = []
  let stopped = false
  while (!stopped && tokens.length < limit) {
    const u = temperature === 0 ? 0 : uniform(seed, promptIds[prompt]!, answer, tokens.length)
    const next = nextToken(weights, shape, request, [...prompts[prompt]!, ...tokens], u)
    tokens.push(next.token)
    logp.push(next.logp)
    stopped = stopTokens.includes(next.token)
  }
  return { prompt, answer, tokens: Int32Array.from(tokens), logp: Float32Array.from(logp), stopped }
}

function nextToken(
  weights: Weights,
  shape: TunedShape,
  request: GenerateRequest,
  sequence: readonly number[],
  u: number,
) {
  const { temperature, topP, topK, forbidden } = request
  return tf.tidy(() => {
    const hidden = hiddenStates(weights, shape, tf.tensor2d([...sequence], [1, sequence.length], 'int32') as Tensor2D)
    const last = tf.slice(hidden, [sequence.length - 1, 0], [1, shape.width])
    const logits = tf.add(
      logitsOf(weights, shape, last, []),
      tf.tensor1d(forbiddenBias(shape.vocabSize, forbidden)),
    ) as Tensor2D
    const choice = chooseToken(logits, {
      uniform: tf.tensor1d([u]),
      inverseTemperature: tf.scalar(temperature === 0 ? 1 : 1 / temperature),
      greedy: tf.scalar(temperature === 0 ? 1 : 0),
      ...(temperature > 0 && { filter: { topK: tf.scalar(topK, 'int32'), topP: tf.scalar(topP) } }),
    })
    return { token: choice.token.dataSync()[0]!, logp: choice.logp.dataSync()[0]! }
  })
}
