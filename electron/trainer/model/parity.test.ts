/**
 * Hugging Face's Llama, Qwen2 and Qwen3, PyTorch's AdamW and PEFT (`npm run parity -- models`): the same weights in, the same logits,
 * log-probabilities, greedy answers, gradients and three training steps out, recorded and op by op. Models come through a folder.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { afterAll, describe, expect, it } from 'vitest'
import { createPolicy } from '../create-policy.ts'
import { knownWeights, recorded, writeRecordedModel, type RecordedModel } from '../fixtures/parity-models.ts'
import { crossEntropy } from '../fixtures/toy-policy.ts'
import type { Policy, PolicyOptions, PolicyState, TrainBatch } from '../policy.ts'
import { loadBackend } from '../tensor/backend.ts'
import { openModelFolder, type ModelFolder } from './hugging-face/model-folder.ts'
import { initialWeights } from './initialise.ts'
import { toStored } from './layout.ts'
import { tunedShape } from './lora/adapters.ts'
import { mergedWeights } from './lora/merge.ts'
import { parametersOf, partsOf, trainedParameters } from './parameters.ts'
import { hiddenStates, logitsOf } from './transformer.ts'

const { tokens, prompt, temperature, settings } = recorded
const [rows, width] = [tokens.length, tokens[0]!.length]
const batch: TrainBatch = {
  tokens: Int32Array.from(tokens.flat()),
  rows,
  width,
  lengths: new Int32Array(rows).fill(width),
  inputs: { weight: new Float32Array(rows * (width - 1)).fill(1 / (rows * (width - 1))) },
}
const greedyRequest = {
  prompts: [Int32Array.from(prompt)],
  promptIds: [0],
  answers: 1,
  seed: 1,
  temperature: 0,
  topP: 1,
  topK: 0,
  maxNewTokens: 16,
  stopTokens: [],
  forbidden: [],
}
const common = {
  objectives: [crossEntropy],
  forbidden: [],
  padToken: 0,
  precision: 'f32',
  threads: 2,
} as const

const home = mkdtempSync(path.join(tmpdir(), 'switchpoint-parity-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

function modelOf(model: RecordedModel): ModelFolder {
  const folder = mkdtempSync(path.join(home, 'model-'))
  writeRecordedModel(folder, model)
  return openModelFolder(folder)
}

/** Logits of all positions by the plain formulas. */
function logitsFrom(options: Pick<PolicyOptions, 'shape' | 'lora'>, weights: PolicyState['weights']): number[] {
  loadBackend(2)
  const shape = tunedShape(options)
  const parameters = parametersOf(shape)
  const stored = toStored(parameters, shape, new Map([...weights].map(([name, { data }]) => [name, data])))
  return tf.tidy(() => {
    const tensors = Object.fromEntries(parameters.map((p) => [p.name, tf.tensor(stored.get(p.name)!, [...p.shape])]))
    const hidden = hiddenStates(tensors, shape, tf.tensor2d(batch.tokens, [rows, width], 'int32') as Tensor2D)
    return [...logitsOf(tensors, shape, hidden, []).dataSync()]
  })
}

const close = (a: number, b: number, tolerance = 1e-5) => Math.abs(a - b) <= 2e-6 + tolerance * Math.abs(b)
const furthest = (ours: ArrayLike<number>, theirs: readonly number[]): number =>
  theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] ?? NaN))), 0)
const total = (data: Float32Array) => data.reduce((sum, x) => sum + x, 0)
const normOf = (data: Float32Array) => Math.sqrt(data.reduce((sum, x) => sum + x * x, 0))

/** Norm and sum, of which [sum, sum of squares] were recorded; a sum of many signs is held against what its terms add up to. */
function expectSums(data: Float32Array, [sum, square]: readonly number[], name: string): void {
  const norm = Math.sqrt(square!)
  expect(close(normOf(data), norm), `${name}: norm ${normOf(data)} against ${norm}`).toBe(true)
  expect(Math.abs(total(data) - sum!), name).toBeLessThan(1e-6 + 1e-5 * Math.sqrt(data.length) * norm)
}

/** Scoring, cached greedy decoding, and three steps: gradients, norms, weights and moments. */
async function expectSame(policy: Policy, model: RecordedModel): Promise<void> {
  const scored = await policy.score(batch, temperature)
  expect(scored.length).toBe(model.scored.length)
  model.scored.forEach((value, i) => expect(close(scored[i]!, value), `${scored[i]} against ${value}`).toBe(true))
  const [answer] = await policy.generate(greedyRequest)
  expect([...answer!.tokens]).toEqual(model.greedy)
  for (const [i, { loss, gradNorm, sums }] of model.steps.entries()) {
    const result = await policy.train(crossEntropy.key, batch, settings)
    // Adam divides a gradient near zero by its own size: after two steps the last bits have grown.
    const tolerance = i < 2 ? 1e-5 : 3e-5
    const isClose = [result.loss, result.gradNorm].map((x, j) => close(x, [loss, gradNorm][j]!, tolerance))
    expect(isClose, `step ${i}`).toEqual([true, true])
    const state = await policy.read({ moments: i === 0 })
    expect([...state.weights.keys()].sort()).toEqual(Object.keys(sums).sort())
    for (const [name, sum] of Object.entries(sums)) expectSums(state.weights.get(name)!.data, sum, name)
    if (i > 0) continue
    // After one step the first moment is (1 - β1) times the clipped gradient.
    const scale = 1 / ((1 - settings.beta1) * Math.min(1, settings.clipNorm / (gradNorm + 1e-6)))
    for (const [name, [sum, square, ...head]] of Object.entries(model.gradients)) {
      const gradient = state.moments!.first.get(name)!.map((x) => x * scale)
      expectSums(gradient, [sum!, square!], `gradient of ${name}`)
      expect(furthest(gradient, head), `gradient of ${name}`).toBeLessThan(1e-5 * Math.max(1, gradNorm))
    }
  }
  const state = await policy.read({ moments: true })
  for (const name of Object.keys(model.weights)) {
    const all = { weights: state.weights.get(name)!.data, ...{ first: state.moments!.first.get(name)!, second: state.moments!.second.get(name)! } } // prettier-ignore
    for (const which of ['weights', 'first', 'second'] as const)
      model[which][name]!.forEach((value, i) =>
        expect(close(all[which][i]!, value), `${which} of ${name}: ${all[which][i]} against ${value}`).toBe(true),
      )
  }
}

describe.each(Object.entries(recorded.cases))('%s', (_, model) => {
  const { shape, weights } = modelOf(model)

  it('has the logits of transformers', () =>
    expect(furthest(logitsFrom({ shape }, weights), model.logits)).toBeLessThan(2e-5))

  it.each(['recorded', 'eager'] as const)('%s, scores, answers and learns as PyTorch', async (mode) => {
    const policy = await createPolicy({ ...common, shape, start: { weights, optimiserStep: 0 }, mode })
    await expectSame(policy, model)
    policy.dispose()
  })
})

describe.each(Object.entries(recorded.lora))('adapters on %s', (_, model) => {
  const { shape, weights: base } = modelOf(model)
  const lora = { rank: model.lora.r, alpha: model.lora.lora_alpha, targets: model.lora.target_modules }
  const adapters = knownWeights(partsOf(trainedParameters({ ...shape, lora })), model.adapters)

  it("carry PEFT's names", () => expect([...adapters.keys()].sort()).toEqual([...model.adapters].sort()))

  it('have the logits of PEFT', () =>
    expect(furthest(logitsFrom({ shape, lora: { ...lora, base } }, new Map([...base, ...adapters])), model.logits)).toBeLessThan(2e-5)) // prettier-ignore

  it.each(['recorded', 'eager'] as const)('%s, score, answer and learn as PEFT, and merge as it does', async (mode) => {
    const start = { weights: adapters, optimiserStep: 0 }
    const policy = await createPolicy({ ...common, shape, lora: { ...lora, base }, start, mode })
    await expectSame(policy, model)
    const merged = mergedWeights(shape, base, (await policy.read()).weights, lora)
    policy.dispose()
    for (const [name, sums] of Object.entries(model.merged)) expectSums(merged.get(name)!.data, sums, name)
    expect(furthest(logitsFrom({ shape }, merged), model.mergedLogits)).toBeLessThan(5e-5)
  })

  it.each(['recorded', 'eager'] as const)('%s, start at the base itself, which stays as it is', async (mode) => {
    const tuned = await createPolicy({ ...common, shape, lora: { ...lora, base }, start: { seed: 3 }, mode })
    const plain = await createPolicy({ ...common, shape, start: { weights: base, optimiserStep: 0 }, mode })
    const expected = await plain.score(batch, 1)
    expect(furthest(await tuned.score(batch, 1), [...expected])).toBeLessThan(1e-6)
    for (let i = 0; i < 3; i++) await tuned.train(crossEntropy.key, batch, settings)
    expect(furthest(await tuned.score(batch, 1), [...expected])).toBeGreaterThan(1e-3)
    const none = new Map([...(await tuned.read()).weights].map(([name, { shape, data }]) => [name, { shape, data: name.includes('lora_B') ? data.fill(0) : data }])) // prettier-ignore
    await tuned.write({ weights: none, optimiserStep: 0 })
    expect(furthest(await tuned.score(batch, 1), [...expected])).toBeLessThan(1e-6)
    tuned.dispose()
    plain.dispose()
  })
})

it("fresh adapters are spread as PEFT's", () => {
  const { inputs, largest, deviation } = recorded.initialAdapter
  const { shape } = modelOf(Object.values(recorded.lora)[0]!)
  const lora = { rank: 16, alpha: 16, targets: ['q_proj' as const] }
  const fresh = initialWeights({ ...shape, width: inputs, lora }, 1)
  const a = Float32Array.from([...fresh].filter(([name]) => name.includes('lora_A')).flatMap(([, data]) => [...data]))
  expect(a.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeCloseTo(largest, 4)
  expect(normOf(a) / Math.sqrt(a.length)).toBeCloseTo(deviation, 3)
  for (const [name, data] of fresh) if (name.includes('lora_B')) expect(data.every((x) => x === 0)).toBe(true)
})
