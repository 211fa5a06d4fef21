/**
 * WebAssembly against plain definitions, and the toy policy on it against TensorFlow op by op. A process has one backend: TensorFlow's
 * numbers come from a child (`fixtures/toy-answers.ts`).
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createPolicy } from '../create-policy.ts'
import { settings, toyBatch, toyOptions, toyRequest, toyShape } from '../fixtures/toy-policy.ts'
import { toyAnswers, type ToyAnswers } from '../fixtures/toy-answers.ts'
import { openBackend } from '../tensor/open-backend.ts'

beforeAll(async () => {
  vi.stubEnv('SWITCHPOINT_BACKEND', 'wasm')
  await openBackend(2)
})

/** The largest difference, beside the larger of 1 and the numbers' own size. */
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length)
  return Array.from(a, (x, i) => Math.abs(x - b[i]!) / Math.max(1, Math.abs(b[i]!))).reduce((x, y) => Math.max(x, y), 0)
}

it('says what it is', async () => {
  expect((await openBackend()).facts).toEqual({
    name: 'tfjs-wasm',
    version: '4.22.0',
    device: 'cpu',
    threads: 1,
    kernels: false,
  })
})

describe('a policy', () => {
  let here: ToyAnswers
  let tensorflow: ToyAnswers
  beforeAll(async () => {
    const program = join(import.meta.dirname, '..', 'fixtures', 'toy-answers.ts')
    const env = { ...process.env, SWITCHPOINT_BACKEND: '' }
    tensorflow = JSON.parse(execFileSync(process.execPath, [program], { env, encoding: 'utf8' })) as ToyAnswers
    here = await toyAnswers()
  })

  it('takes the steps that TensorFlow takes op by op, to 1e-5', () => {
    expect(tensorflow.backend).toBe('tensorflow')
    expect(here.backend).toBe('tfjs-wasm')
    expect(Object.keys(here.numbers)).toEqual(Object.keys(tensorflow.numbers))
    for (const [name, numbers] of Object.entries(here.numbers))
      expect(difference(numbers, tensorflow.numbers[name]!), name).toBeLessThan(1e-5)
    // A weight moves by the learning rate, 3e-3, whatever the gradient's size: of a gradient near 0 it shows the rounding.
    for (const [name, numbers] of Object.entries(here.weights))
      expect(difference(numbers, tensorflow.weights[name]!), name).toBeLessThan(1e-3)
  })

  it('draws the tokens that TensorFlow draws, for noise is a function of seed, prompt and position', () => {
    expect(here.tokens).toEqual(tensorflow.tokens)
    expect(here.tokens.length).toBe(30)
  })
})

it('repeats itself bit for bit', async () => {
  expect(await toyAnswers()).toEqual(await toyAnswers())
})

it('keeps a flat number of tensors over steps, scores and samples', async () => {
  const policy = await createPolicy(toyOptions)
  const round = async () => {
    await policy.train('test-clipped', [toyBatch(3, 9), toyBatch(2, 5, 2)], settings)
    await policy.evaluate('test-cross-entropy', toyBatch(3, 7))
    await policy.score(toyBatch(2, 6), 0.8)
    await policy.generate(toyRequest({ answers: 1, maxNewTokens: 4, topK: 3, topP: 0.9 }))
    await policy.read({ moments: true })
    return tf.memory()
  }
  const first = await round()
  const last = await [1, 2, 3].reduce(async (before) => (await before, await round()), round())
  expect([last.numTensors, last.numDataBuffers]).toEqual([first.numTensors, first.numDataBuffers])
  policy.dispose()
})

it('computes in f32 alone, and never records', async () => {
  const bf16 = createPolicy({ ...toyOptions, precision: 'bf16-matmul' })
  await expect(bf16).rejects.toMatchObject({ code: 'input.invalid', input: 'precision bf16-matmul' })
})

it('trains biases, head norms and grouped adapters too', async () => {
  for (const family of ['qwen2', 'qwen3'] as const) {
    const policy = await createPolicy({ ...toyOptions, shape: { ...toyShape, family } })
    const losses = []
    for (let step = 0; step < 5; step++)
      losses.push((await policy.train('test-cross-entropy', toyBatch(4, 10), settings)).loss)
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.05)
    policy.dispose()
  }
})
