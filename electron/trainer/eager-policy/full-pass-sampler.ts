/**
 * Sampling as its definition says: each token from a full forward pass over prompt and answer so far. For checking caches, and where
 * there are none (WebAssembly). Answers lie side by side in a pass; what pads the shorter ones stands after their last token, where
 * causal attention never looks.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { gather } from '../model/embedding.ts'
import type { TunedShape } from '../model/lora/adapters.ts'
import { forbiddenBias, hiddenStates, logitsOf, type Weights } from '../model/transformer.ts'
import type { GenerateRequest, Rollout } from '../policy.ts'
import { chooseToken } from '../rollout/choose-token.ts'
import { limitOf } from '../rollout/limits.ts'
import { uniform } from '../rollout/noise.ts'

/** Answers in one pass: more bring no speed, and attention's memory grows with them. */
const sideBySide = 64

interface Answer {
  readonly prompt: number
  readonly answer: number
  readonly limit: number
  readonly tokens: number[]
  readonly logp: number[]
  stopped: boolean
}

/** All answers of a request. Gives way to whatever else waits after each pass. */
export async function sampleByFullPasses(
  weights: Weights,
  shape: TunedShape,
  request: GenerateRequest,
): Promise<Rollout[]> {
  const answers = request.prompts.flatMap((_, prompt) =>
    Array.from({ length: request.answers }, (_, answer): Answer => {
      return { prompt, answer, limit: limitOf(request, prompt, answer), tokens: [], logp: [], stopped: false }
    }),
  )
  for (let first = 0; first < answers.length; first += sideBySide) {
    let going = answers.slice(first, first + sideBySide)
    while (going.length > 0) {
      const chosen = nextTokens(weights, shape, request, going)
      going.forEach((answer, row) => {
        answer.tokens.push(chosen.tokens[row]!)
        answer.logp.push(chosen.logp[row]!)
        answer.stopped = request.stopTokens.includes(chosen.tokens[row]!)
      })
      going = going.filter(({ stopped, tokens, limit }) => !stopped && tokens.length < limit)
      await breathe()
    }
  }
  return answers.map(({ prompt, answer, tokens, logp, stopped }) => {
    return { prompt, answer, tokens: Int32Array.from(tokens), logp: Float32Array.from(logp), stopped }
  })
}

/** One more token for each answer, and its log-probability. */
function nextTokens(weights: Weights, shape: TunedShape, request: GenerateRequest, answers: readonly Answer[]) {
  const { prompts, promptIds, seed, temperature, topP, topK, forbidden } = request
  const sequences = answers.map(({ prompt, tokens }) => [...prompts[prompt]!, ...tokens])
  const width = Math.max(...sequences.map(({ length }) => length))
  const padded = sequences.flatMap((sequence) => [
    ...sequence,
    ...Array<number>(width - sequence.length).fill(sequence[0]!),
  ])
  const last = sequences.map(({ length }, row) => row * width + length - 1)
  const draws = answers.map(({ prompt, answer, tokens }) =>
    temperature === 0 ? 0 : uniform(seed, promptIds[prompt]!, answer, tokens.length),
  )
  return tf.tidy(() => {
    const hidden = hiddenStates(weights, shape, tf.tensor2d(padded, [answers.length, width], 'int32') as Tensor2D)
    const logits = tf.add(
      logitsOf(weights, shape, gather(hidden, tf.tensor1d(last, 'int32')), []),
      tf.tensor1d(forbiddenBias(shape.vocabSize, forbidden)),
    ) as Tensor2D
    const choice = chooseToken(logits, {
      uniform: tf.tensor1d(draws),
      inverseTemperature: tf.scalar(temperature === 0 ? 1 : 1 / temperature),
      greedy: tf.scalar(temperature === 0 ? 1 : 0),
      ...(temperature > 0 && { filter: { topK: tf.scalar(topK, 'int32'), topP: tf.scalar(topP) } }),
    })
    return { tokens: choice.token.dataSync(), logp: choice.logp.dataSync() }
  })
}
