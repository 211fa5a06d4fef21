/** One suite over both policies, and their agreement. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as tf from '@tensorflow/tfjs'
import { createPolicy } from './create-policy.ts'
import { clipped, crossEntropy, dice, settings, toyBatch, toyOptions, toyRequest } from './fixtures/toy-policy.ts'
import type { Policy, PolicyState, TrainBatch } from './policy.ts'
import { lengthParts, partOf } from './stages/data/length-parts.ts'
import { loadBackend } from './tensor/backend.ts'

const objectives = [crossEntropy, clipped]

/** CONTRACTS' tolerance: relative 1e-5, absolute 1e-6 near 0. */
function expectEqual(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(actual.length, what).toBe(expected.length)
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!]
    if (Math.abs(a - b) > 1e-6 + 1e-5 * Math.abs(b)) expect(a, `${what}[${i}]`).toBe(b)
  }
}

function expectSameState(actual: PolicyState, expected: PolicyState): void {
  expect(actual.optimiserStep).toBe(expected.optimiserStep)
  expect([...actual.weights.keys()]).toEqual([...expected.weights.keys()])
  for (const [name, { data }] of expected.weights) {
    expectEqual(actual.weights.get(name)!.data, data, name)
    expectEqual(actual.moments!.first.get(name)!, expected.moments!.first.get(name)!, `first moment of ${name}`)
    expectEqual(actual.moments!.second.get(name)!, expected.moments!.second.get(name)!, `second moment of ${name}`)
  }
}

const bits = (state: PolicyState) =>
  [...state.weights].map(([name, { data }]) => [
    name,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
  ])

describe.each(['recorded', 'eager'] as const)('a %s policy', (mode) => {
  let policy: Policy
  beforeAll(async () => {
    policy = await createPolicy({ ...toyOptions, mode })
  })
  afterAll(() => policy.dispose())

  it('learns a batch by heart', async () => {
    const batch = toyBatch(4, 9)
    const first = await policy.train(crossEntropy.key, batch, settings)
    expect(first.applied).toBe(true)
    for (let i = 0; i < 40; i++) await policy.train(crossEntropy.key, batch, settings)
    const after = await policy.evaluate(crossEntropy.key, batch)
    expect(after.loss).toBeLessThan(first.loss / 3)
    expect(after.metrics).toEqual({ tokens: first.metrics['tokens'] })
  })

  it('evaluates without changing anything', async () => {
    const before = bits(await policy.read())
    await policy.evaluate(clipped.key, toyBatch(3, 7))
    expect(bits(await policy.read())).toEqual(before)
  })

  it('leaves weights and moments untouched when a loss is not finite', async () => {
    const batch = toyBatch(3, 7)
    await policy.train(crossEntropy.key, batch, settings)
    const before = await policy.read({ moments: true })
    const broken: TrainBatch = { ...batch, inputs: { ...batch.inputs, weight: batch.inputs['weight']!.map(() => NaN) } }
    const result = await policy.train(crossEntropy.key, broken, settings)
    expect(result.applied).toBe(false)
    expect(result.loss).toBeNaN()
    expect(await policy.read({ moments: true })).toEqual(before)
  })

  it('leaves everything untouched when the norm exceeds skipAbove', async () => {
    const before = await policy.read({ moments: true })
    const { gradNorm, applied } = await policy.train(crossEntropy.key, toyBatch(3, 7), { ...settings, skipAbove: 1e-6 })
    expect(applied).toBe(false)
    expect(gradNorm).toBeGreaterThan(1e-6)
    expect(await policy.read({ moments: true })).toEqual(before)
  })

  it('takes one step on a mini-batch in parts, as on the whole', async () => {
    const batch = toyBatch(7, 12, 8)
    const parts = lengthParts(batch.lengths, 0).map((rows) => partOf(batch, rows, crossEntropy.inputs))
    expect(parts.length).toBeGreaterThan(2)
    const state = await policy.read({ moments: true })
    const whole = await policy.train(crossEntropy.key, batch, settings)
    const after = await policy.read({ moments: true })
    await policy.write(state)
    const inParts = await policy.train(crossEntropy.key, parts, settings)
    for (const number of ['loss', 'gradNorm'] as const) expect(inParts[number]).toBeCloseTo(whole[number], 5)
    expect(inParts).toMatchObject({ applied: true, metrics: whole.metrics })
    expectSameState(await policy.read({ moments: true }), after)
  })

  it('leaves everything untouched when one part of several is broken', async () => {
    const [good, bad] = [toyBatch(3, 7), toyBatch(2, 5)]
    const broken = { ...bad, inputs: { ...bad.inputs, weight: bad.inputs['weight']!.map(() => NaN) } }
    const before = await policy.read({ moments: true })
    expect(await policy.train(crossEntropy.key, [good, broken], settings)).toMatchObject({ applied: false, loss: NaN })
    expect(await policy.read({ moments: true })).toEqual(before)
    await expect(policy.train(crossEntropy.key, [], settings)).rejects.toMatchObject({ code: 'input.invalid' })
  })

  it('goes on from what was read as if nothing had happened', async () => {
    const state = await policy.read({ moments: true })
    const batch = toyBatch(5, 8, 3)
    const straight = await policy.train(clipped.key, batch, settings)
    const after = await policy.read({ moments: true })
    await policy.write(state)
    expect(await policy.train(clipped.key, batch, settings)).toEqual(straight)
    expect(await policy.read({ moments: true })).toEqual(after)
  })

  it('starts its optimiser afresh on demand', async () => {
    await policy.resetOptimiser()
    const { optimiserStep, moments } = await policy.read({ moments: true })
    expect(optimiserStep).toBe(0)
    for (const half of [moments!.first, moments!.second])
      for (const data of half.values()) expect(data.every((x) => x === 0)).toBe(true)
  })

  it('gives padding no log-probability and lets it change nothing', async () => {
    const batch = toyBatch(3, 9, 4)
    const repadded = {
      ...batch,
      tokens: batch.tokens.map((token, i) => (i % 9 < batch.lengths[Math.floor(i / 9)]! ? token : 0)),
    }
    const [a, b] = [await policy.score(batch, 1), await policy.score(repadded, 1)]
    expect(b).toEqual(a)
    a.forEach((logp, i) => expect(logp === 0).toBe((i % 8) + 1 >= batch.lengths[Math.floor(i / 8)]!))
  })

  it('cuts each prompt at its own limit, the tokens before it unchanged', async () => {
    const whole = toyRequest({ maxNewTokens: 8, stopTokens: [] })
    const limits = [1, 2, 3, 5, 8]
    const free = await policy.generate(whole)
    const cut = await policy.generate({ ...whole, limits })
    expect(cut.map(({ tokens }) => [...tokens])).toEqual(
      free.map(({ prompt, tokens }) => [...tokens.subarray(0, limits[prompt])]),
    )
    expect(cut.every(({ stopped }) => !stopped)).toBe(true)
  })

  it('never gives a forbidden token a chance', async () => {
    const tokens = Int32Array.of(1, 21)
    const [logp] = await policy.score({ tokens, rows: 1, width: 2, lengths: Int32Array.of(2) }, 1)
    expect(logp).toBeLessThan(-1e8)
  })

  it.each([
    ['an unknown objective', () => policy.train('nothing', toyBatch(2, 4), settings)],
    [
      'a token beyond the vocabulary',
      () => policy.score({ tokens: Int32Array.of(1, 23), rows: 1, width: 2, lengths: Int32Array.of(2) }, 1),
    ],
    ['arrays that do not fit', () => policy.evaluate(crossEntropy.key, { ...toyBatch(2, 4), width: 5 })],
    ['a missing input', () => policy.evaluate(crossEntropy.key, { ...toyBatch(2, 4), inputs: {} })],
    ['an empty prompt', () => policy.generate(toyRequest({ prompts: [new Int32Array(0)], promptIds: [1] }))],
    ['more tokens than the model holds', () => policy.generate(toyRequest({ maxNewTokens: 48 }))],
    ['a limit above the request’s', () => policy.generate(toyRequest({ limits: [1, 2, 3, 4, 21] }))],
    ['a negative temperature', () => policy.generate(toyRequest({ temperature: -1 }))],
  ])('refuses %s', async (_, act) => {
    await expect(act()).rejects.toMatchObject({ code: 'input.invalid' })
  })

  it('refuses a state that lacks a weight, and keeps what it has', async () => {
    const before = bits(await policy.read())
    const state = await policy.read()
    const weights = new Map([...state.weights].filter(([name]) => name !== 'lm_head.weight'))
    await expect(policy.write({ weights, optimiserStep: 0 })).rejects.toMatchObject({
      code: 'checkpoint.incompatible',
      input: expect.stringContaining('lm_head'),
    })
    expect(bits(await policy.read())).toEqual(before)
  })

  it('holds on to no tensors', async () => {
    const { addon } = loadBackend()
    const round = async () => {
      await policy.train(clipped.key, toyBatch(3, 6), settings)
      await policy.evaluate(crossEntropy.key, toyBatch(2, 5))
      await policy.score(toyBatch(2, 5), 0.5)
      await policy.generate(toyRequest({ maxNewTokens: 3 }))
      await policy.write(await policy.read({ moments: true }))
      return [tf.memory().numTensors, addon.getNumOfTensors()]
    }
    const first = await round()
    for (let i = 0; i < 5; i++) expect(await round()).toEqual(first)
  })
})

describe('recorded and eager agree', () => {
  let recorded: Policy
  let eager: Policy
  beforeAll(async () => {
    recorded = await createPolicy(toyOptions)
    eager = await createPolicy({ ...toyOptions, mode: 'eager' })
  })
  afterAll(() => {
    recorded.dispose()
    eager.dispose()
  })

  it.each(objectives)('on a step of $key, whatever the shape of the batch', async ({ key }) => {
    const next = dice(8)
    for (let i = 0; i < 8; i++) {
      const batch = toyBatch(1 + Math.floor(next() * 6), 2 + Math.floor(next() * 20), i)
      const state = await eager.read({ moments: true })
      await recorded.write(state)
      const [a, b] = [await recorded.train(key, batch, settings), await eager.train(key, batch, settings)]
      expectEqual([a.loss, a.gradNorm], [b.loss, b.gradNorm], 'loss and norm')
      expectEqual(Object.values(a.metrics), Object.values(b.metrics), 'metrics')
      expect(a.applied).toBe(true)
      expectSameState(await recorded.read({ moments: true }), await eager.read({ moments: true }))
    }
  })

  it('on scores at a temperature', async () => {
    await recorded.write(await eager.read({ moments: true }))
    const batch = toyBatch(4, 12, 21)
    expectEqual(await recorded.score(batch, 0.6), await eager.score(batch, 0.6), 'logp')
  })

  it.each([
    { temperature: 1 },
    { temperature: 0.7, topP: 0.8 },
    { topK: 4 },
    { topK: 6, topP: 0.5 },
    { temperature: 0 },
  ])('on what is sampled with %o, and the cache changes nothing', async (over) => {
    await recorded.write(await eager.read({ moments: true }))
    const [a, b] = [await recorded.generate(toyRequest(over)), await eager.generate(toyRequest(over))]
    expect(a.map(({ logp: _, ...rest }) => rest)).toEqual(b.map(({ logp: _, ...rest }) => rest))
    a.forEach(({ logp }, i) => logp.forEach((value, t) => expect(Math.abs(value - b[i]!.logp[t]!)).toBeLessThan(1e-4)))
  })
})
