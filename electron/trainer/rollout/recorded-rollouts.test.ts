/** What the recorded policy samples, held against its own plain forward pass and against itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPolicy } from '../create-policy.ts'
import { crossEntropy, settings, toyBatch, toyOptions, toyRequest, toyShape } from '../fixtures/toy-policy.ts'
import type { GenerateRequest, Policy, Rollout } from '../policy.ts'
import { tokenRows } from '../stages/data/token-rows.ts'

/** Longer than the caches are at first, so that they grow on the way. */
const options = { ...toyOptions, shape: { ...toyShape, maxLength: 128 } }
const long = (over: Partial<GenerateRequest> = {}) => toyRequest({ maxNewTokens: 96, answers: 6, ...over })

let policy: Policy
beforeAll(async () => {
  policy = await createPolicy(options)
  for (let i = 0; i < 20; i++) await policy.train(crossEntropy.key, toyBatch(6, 24, i), settings)
})
afterAll(() => policy.dispose())

/** The same rollouts' log-probabilities by one forward pass over whole sequences. */
async function byForwardPass(request: GenerateRequest, rollouts: readonly Rollout[]): Promise<number[][]> {
  const sequences = rollouts.map(({ prompt, tokens }) => ({
    promptTokens: request.prompts[prompt]!,
    responseTokens: tokens,
  }))
  const rows = tokenRows(sequences, options.padToken)
  const scored = await policy.score(rows, request.temperature)
  return sequences.map(({ promptTokens, responseTokens }, b) => {
    const from = b * (rows.width - 1) + promptTokens.length - 1
    return [...scored.subarray(from, from + responseTokens.length)]
  })
}

async function expectForwardPass(request: GenerateRequest): Promise<void> {
  const rollouts = await policy.generate(request)
  const plain = await byForwardPass(request, rollouts)
  rollouts.forEach(({ logp }, i) =>
    logp.forEach((value, t) => expect(Math.abs(value - plain[i]![t]!), `answer ${i}, token ${t}`).toBeLessThan(1e-4)),
  )
}

describe('log-probabilities of rollouts', () => {
  it.each([
    { temperature: 1 },
    { temperature: 0.6 },
    { temperature: 1.3, topK: 5, topP: 0.9 },
    { temperature: 1, stopTokens: [] },
  ])('equal a plain forward pass to 1e-4 with %o', async (over) => {
    await expectForwardPass(long(over))
  })

  it('follow the weights after an update', async () => {
    const before = await policy.generate(long())
    await policy.train(crossEntropy.key, toyBatch(6, 24, 77), { ...settings, learningRate: 0.05 })
    const after = await policy.generate(long())
    expect(after.map(({ logp }) => [...logp])).not.toEqual(before.map(({ logp }) => [...logp]))
    await expectForwardPass(long())
  })

  it('hold at one limit an answer', async () => {
    const request = long({ stopTokens: [], answers: 2 })
    const limits = request.prompts.flatMap((_, i) => [1 + 9 * i, 96 - 7 * i])
    const rollouts = await policy.generate({ ...request, limits })
    expect(rollouts.map(({ tokens }) => tokens.length)).toEqual(limits)
    await expectForwardPass({ ...request, limits })
    await expect(policy.generate({ ...request, limits: limits.slice(1) })).rejects.toMatchObject({
      code: 'input.invalid',
    })
  })
})

describe('rollouts are drawn by (seed, prompt, answer, position) alone', () => {
  it('to the bit, again and in another policy of the same weights', async () => {
    const first = await policy.generate(long())
    expect(await policy.generate(long())).toEqual(first)
    const other = await createPolicy({ ...options, start: await policy.read() })
    const again = await other.generate(long())
    other.dispose()
    expect(again).toEqual(first)
  })

  it('whatever else is sampled beside them', async () => {
    const request = long()
    const all = await policy.generate(request)
    for (const kept of [[2], [0, 4], [3, 1]]) {
      const some = await policy.generate({
        ...request,
        prompts: kept.map((p) => request.prompts[p]!),
        promptIds: kept.map((p) => request.promptIds[p]!),
      })
      const expected = kept.flatMap((p) => all.filter(({ prompt }) => prompt === p))
      expect(some.map(({ tokens }) => [...tokens])).toEqual(expected.map(({ tokens }) => [...tokens]))
    }
  })

  it('and change with the seed', async () => {
    const [a, b] = [await policy.generate(long()), await policy.generate(long({ seed: 10 }))]
    expect(b.map(({ tokens }) => [...tokens])).not.toEqual(a.map(({ tokens }) => [...tokens]))
  })
})
