/**
 * Any model folder against transformers, opt-in, for real weights are too large to commit:
 *   npm run parity -- models smollm2 DIR      (or a folder of your own)
 *   npm run parity -- models check DIR        what transformers makes of it, into DIR/parity.json
 *   SWITCHPOINT_MODEL=DIR npm run unit -- real-model
 * Results that were had so are in docs/methods/models.md.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChatMessage } from '#tokenizers/chat-template.ts'
import { loadHuggingFaceTokenizer } from '#tokenizers/hugging-face.ts'
import { createPolicy } from '../create-policy.ts'
import { crossEntropy, settings } from '../fixtures/toy-policy.ts'
import type { Policy, TrainBatch } from '../policy.ts'
import { openModelFolder } from './hugging-face/model-folder.ts'
import { storedArray } from './layout.ts'
import { parametersOf } from './parameters.ts'
import { hiddenStates, logitsOf } from './transformer.ts'

interface Recorded {
  readonly texts: number
  readonly tokens: number
  readonly sha256: string
  readonly scored: readonly {
    readonly ids: readonly number[]
    readonly logp: readonly number[]
    /** By position. */
    readonly logits: Readonly<Record<string, readonly number[]>>
  }[]
  readonly prompt: readonly number[]
  readonly greedy: readonly number[]
  readonly loss: number
  readonly gradNorm: number
  readonly chats: readonly {
    readonly messages: readonly ChatMessage[]
    readonly prompt: boolean
    readonly text: string | null
  }[]
}

const folder = process.env['SWITCHPOINT_MODEL']
const data = process.env['SWITCHPOINT_DATA'] ?? path.resolve(import.meta.dirname, '../../../../shared')
const isAsked = folder !== undefined && folder !== ''
if (!isAsked) process.stderr.write('SKIPPED: real weights against transformers (set SWITCHPOINT_MODEL to a folder)\n')

const furthest = (ours: ArrayLike<number>, theirs: readonly number[]): number =>
  theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] ?? NaN))), 0)
const said = (what: string, value: number) => process.stdout.write(`${what}: ${value.toExponential(2)}\n`)

describe.skipIf(!isAsked)(`${folder}`, () => {
  const recorded = (): Recorded => JSON.parse(readFileSync(path.join(folder!, 'parity.json'), 'utf8')) as Recorded
  let policy: Policy
  beforeAll(async () => {
    const { shape, weights } = openModelFolder(folder!)
    policy = await createPolicy({
      shape: { ...shape, maxLength: 512 },
      start: { weights, optimiserStep: 0 },
      objectives: [crossEntropy],
      forbidden: [],
      padToken: 0,
      mode: 'recorded',
      precision: 'f32',
      threads: 2,
    })
  }, 120_000)
  afterAll(() => policy.dispose())

  it('has the log-probabilities of transformers to 1e-3', { timeout: 120_000 }, async () => {
    let most = 0
    for (const { ids, logp } of recorded().scored) {
      const row = { tokens: Int32Array.from(ids), rows: 1, width: ids.length, lengths: Int32Array.of(ids.length) }
      most = Math.max(most, furthest(await policy.score(row, 1), logp))
    }
    said('largest difference of a log-probability', most)
    expect(most).toBeLessThan(1e-3)
  })

  it('decodes greedily as transformers, its cache and all', { timeout: 120_000 }, async () => {
    const { prompt, greedy } = recorded()
    const [answer] = await policy.generate({
      ...{ prompts: [Int32Array.from(prompt)], promptIds: [0], answers: 1, seed: 1, temperature: 0, topP: 1, topK: 0 },
      ...{ maxNewTokens: greedy.length, stopTokens: [], forbidden: [] },
    })
    expect([...answer!.tokens]).toEqual(greedy)
  })

  it('has the loss and the gradient norm of PyTorch to 1e-4', { timeout: 120_000 }, async () => {
    const { scored, loss, gradNorm } = recorded()
    const { ids } = scored[0]!
    const weight = new Float32Array(ids.length - 1).fill(1 / (ids.length - 1))
    const batch: TrainBatch = { tokens: Int32Array.from(ids), rows: 1, width: ids.length, lengths: Int32Array.of(ids.length), inputs: { weight } } // prettier-ignore
    const result = await policy.train(crossEntropy.key, batch, settings)
    said('loss, relative difference', Math.abs(result.loss / loss - 1))
    said('gradient norm, relative difference', Math.abs(result.gradNorm / gradNorm - 1))
    expect(Math.abs(result.loss / loss - 1)).toBeLessThan(1e-4)
    expect(Math.abs(result.gradNorm / gradNorm - 1)).toBeLessThan(1e-4)
  })

  it('has the logits of transformers to 1e-3', { timeout: 120_000 }, () => {
    const { shape: own, weights } = openModelFolder(folder!)
    const shape = { ...own, maxLength: 512 }
    const tensors = Object.fromEntries(
      parametersOf(shape).map((parameter) => {
        const array = storedArray(parameter, shape, (name) => weights.get(name)?.data)
        return [parameter.name, tf.tensor(array, [...parameter.shape])]
      }),
    )
    let most = 0
    for (const { ids, logits } of recorded().scored)
      tf.tidy(() => {
        const row = tf.tensor2d(Int32Array.from(ids), [1, ids.length], 'int32')
        const hidden = hiddenStates(tensors, shape, row as Tensor2D)
        for (const [place, theirs] of Object.entries(logits)) {
          const at = tf.slice(hidden, [Number(place), 0], [1, shape.width])
          most = Math.max(most, furthest(logitsOf(tensors, shape, at, []).dataSync(), theirs))
        }
      })
    tf.dispose(tensors)
    said('largest difference of a logit', most)
    expect(most).toBeLessThan(1e-3)
  })

  it.skipIf(!existsSync(data))('has the ids of 2,000 GSM8K texts', { timeout: 120_000 }, () => {
    const { texts, tokens, sha256 } = recorded()
    const tokenizer = loadHuggingFaceTokenizer(folder!)
    const hash = createHash('sha256')
    let count = 0
    for (const row of readFileSync(path.join(data, 'data/gsm8k/train.jsonl'), 'utf8').split('\n').slice(0, texts)) {
      const { question, answer } = JSON.parse(row) as { question: string; answer: string }
      const ids = tokenizer.encode(`${question}\n${answer}`)
      hash.update(Uint32Array.of(ids.length)).update(ids)
      count += ids.length
    }
    expect([count, hash.digest('hex')]).toEqual([tokens, sha256])
  })

  it('renders conversations as its chat template does there', () => {
    const { chat } = loadHuggingFaceTokenizer(folder!)
    for (const { messages, prompt, text } of recorded().chats) {
      const render = () => chat!.render(messages, { addGenerationPrompt: prompt })
      if (text === null) expect(render).toThrow(/refuses this conversation/)
      else expect(render()).toBe(text)
    }
  })
})
