/** The caches of a recorded sampler, against plain forward passes of the same program. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forbidden, toyOptions, toyRequest, toyShape } from '../fixtures/toy-policy.ts'
import { initialWeights } from '../model/initialise.ts'
import { toStored } from '../model/layout.ts'
import { parametersOf } from '../model/parameters.ts'
import type { GenerateRequest, Rollout } from '../policy.ts'
import { sampleAll, type BatchingLimits } from '../rollout/continuous-batching.ts'
import { loadBackend } from '../tensor/backend.ts'
import { Program, scalar, wholeScalar } from '../tensor/program.ts'
import { recordProgram } from './entry-points.ts'
import { RecordedTokens } from './recorded-tokens.ts'

const shape = { ...toyShape, maxLength: 128 }
const backend = loadBackend(2)
let program: Program

beforeAll(() => {
  program = Program.fromBuilder(backend, recordProgram(backend, { ...toyOptions, shape, objectives: [] }))
  const parameters = parametersOf(shape)
  const stored = toStored(parameters, shape, initialWeights(shape, 3))
  program.run(
    'write.weights:0',
    Object.fromEntries(parameters.map(({ name, shape }) => [name, { data: stored.get(name)!, shape }])),
  )
})
afterAll(() => program.dispose())

const sample = (request: GenerateRequest, limits: BatchingLimits) =>
  sampleAll(new RecordedTokens(program, shape, request), request, limits)

/** The rollout's log-probabilities by one forward pass over prompt and answer. */
function scored({ prompts, temperature }: GenerateRequest, { prompt, tokens }: Rollout): Float32Array {
  const row = Int32Array.of(...prompts[prompt]!, ...tokens)
  const { logp } = program.run('score', {
    tokens: { data: row, shape: [1, row.length] },
    lengths: Int32Array.of(row.length),
    rows: wholeScalar(1),
    width: wholeScalar(row.length),
    inverseTemperature: scalar(temperature === 0 ? 1 : 1 / temperature),
  })
  return (logp!.data as Float32Array).subarray(prompts[prompt]!.length - 1)
}

describe('cached decoding', () => {
  // 3 slots for 15 answers of up to 100 tokens: prompts read in pieces, slots reused, moved, and grown three times.
  const request = toyRequest({ maxNewTokens: 100, temperature: 0.8, stopTokens: [3] })
  const narrow = { slots: 3, promptTokens: 12 }

  it('gives the log-probabilities of a plain forward pass to 1e-4', async () => {
    const rollouts = await sample(request, narrow)
    expect(Math.max(...rollouts.map(({ tokens }) => tokens.length))).toBeGreaterThan(48)
    for (const rollout of rollouts) {
      const expected = scored(request, rollout)
      rollout.logp.forEach((value, t) => expect(Math.abs(value - expected[t]!)).toBeLessThan(1e-4))
    }
  })

  it('draws the same bits at one batch size, and the same tokens at another', async () => {
    const [first, again, wide] = [
      await sample(request, narrow),
      await sample(request, narrow),
      await sample(request, { slots: 15, promptTokens: 1000 }),
    ]
    expect(again).toEqual(first)
    expect(wide.map(({ tokens }) => tokens)).toEqual(first.map(({ tokens }) => tokens))
  })

  it('draws other tokens from another seed, and for another prompt id', async () => {
    const tokensOf = async (over: Partial<GenerateRequest>) =>
      (await sample({ ...request, ...over }, narrow)).map(({ tokens }) => tokens.join())
    const first = await tokensOf({})
    expect(await tokensOf({ seed: 10 })).not.toEqual(first)
    const [a, b] = [await tokensOf({ promptIds: [100, 101, 102, 103, 999] }), first]
    expect(a.slice(0, 12)).toEqual(b.slice(0, 12))
    expect(a.slice(12)).not.toEqual(b.slice(12))
  })

  it('stops at a stop token, never earlier, and never says a forbidden one', async () => {
    for (const { tokens, stopped } of await sample(request, narrow)) {
      expect(tokens.at(-1) === 3).toBe(stopped)
      expect(stopped || tokens.length === 100).toBe(true)
      expect([...tokens.subarray(0, -1)].includes(3)).toBe(false)
      expect([...tokens].some((token) => forbidden.includes(token))).toBe(false)
    }
  })

  it('holds memory flat over 10,000 rollouts', async () => {
    const many = toyRequest({ answers: 400, maxNewTokens: 6, stopTokens: [] })
    const round = () => sample(many, { slots: 256, promptTokens: 8192 })
    for (let i = 0; i < 2; i++) await round()
    const [tensors, megabytes] = [backend.addon.getNumOfTensors(), process.memoryUsage().rss / 2 ** 20]
    for (let i = 0; i < 5; i++) expect(await round()).toHaveLength(2000)
    expect(backend.addon.getNumOfTensors()).toBe(tensors)
    expect(process.memoryUsage().rss / 2 ** 20 - megabytes).toBeLessThan(64)
  })
})
