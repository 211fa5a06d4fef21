/** The caches of a recorded sampler, against plain forward passes of the same program. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { kernelsAreThere } from '../fixtures/kernel-cases.ts'
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
const wide = { slots: 15, promptTokens: 1000 }
// 3 slots for 15 answers: prompts read in pieces, slots reused and moved.
const narrow = { slots: 3, promptTokens: 12 }

/** A recorded program with weights, that samples by our own kernel or by TensorFlow's operations. */
class Sampler {
  readonly program: Program
  readonly shape: ModelShape

  constructor(shape: ModelShape, byKernel: boolean, precision: 'f32' | 'bf16-matmul' = 'f32') {
    this.shape = shape
    const chosen = { ...backend, facts: { ...backend.facts, kernels: byKernel } }
    this.program = Program.fromBuilder(
      backend,
      recordProgram(chosen, { ...toyOptions, precision, shape, objectives: [] }),
    )
    const parameters = parametersOf(shape)
    const stored = toStored(parameters, shape, initialWeights(shape, 3))
    this.program.run(
      'write.weights:0',
      Object.fromEntries(parameters.map(({ name, shape }) => [name, { data: stored.get(name)!, shape }])),
    )
  }

  sample(request: GenerateRequest, limits: BatchingLimits): Promise<Rollout[]> {
    return sampleAll(new RecordedTokens(this.program, this.shape, request), request, limits)
  }

  /** The rollout's log-probabilities by one forward pass over prompt and answer. */
  scored({ prompts, temperature }: GenerateRequest, { prompt, tokens }: Rollout): Float32Array {
    const row = Int32Array.of(...prompts[prompt]!, ...tokens)
    const { logp } = this.program.run('score', {
      tokens: { data: row, shape: [1, row.length] },
      lengths: Int32Array.of(row.length),
      rows: wholeScalar(1),
      width: wholeScalar(row.length),
      inverseTemperature: scalar(temperature === 0 ? 1 : 1 / temperature),
    })
    return (logp!.data as Float32Array).subarray(prompts[prompt]!.length - 1)
  }
}

/** Samples with a sampler of its own. */
async function sampleOnce(
  request: GenerateRequest,
  limits: BatchingLimits,
  ...how: ConstructorParameters<typeof Sampler>
) {
  const sampler = new Sampler(...how)
  try {
    return await sampler.sample(request, limits)
  } finally {
    sampler.program.dispose()
  }
}

const tokensOf = (rollouts: readonly Rollout[]): number[][] => rollouts.map(({ tokens }) => [...tokens])

describe.each(kernelsAreThere() ? ['a kernel', 'operations'] : ['operations'])('cached decoding by %s', (how) => {
  let sampler: Sampler
  beforeAll(() => void (sampler = new Sampler(shape, how === 'a kernel')))
  afterAll(() => sampler.program.dispose())
  const sample = (request: GenerateRequest, limits: BatchingLimits) => sampler.sample(request, limits)

  // Answers of up to 100 tokens: the slots grow on the way.
  const request = toyRequest({ maxNewTokens: 100, temperature: 0.8, stopTokens: [3] })

  it('gives the log-probabilities of a plain forward pass to 1e-4', async () => {
    const rollouts = await sample(request, narrow)
    expect(Math.max(...rollouts.map(({ tokens }) => tokens.length))).toBeGreaterThan(48)
    for (const rollout of rollouts) {
      const expected = sampler.scored(request, rollout)
      rollout.logp.forEach((value, t) => expect(Math.abs(value - expected[t]!)).toBeLessThan(1e-4))
    }
  })

  it('draws the same bits at one batch size, and the same tokens at another', async () => {
    const first = await sample(request, narrow)
    expect(await sample(request, narrow)).toEqual(first)
    expect(tokensOf(await sample(request, wide))).toEqual(tokensOf(first))
  })

  it('draws other tokens from another seed, and for another prompt id', async () => {
    const drawn = async (over: Partial<GenerateRequest>) => tokensOf(await sample({ ...request, ...over }, narrow))
    const first = await drawn({})
    expect(await drawn({ seed: 10 })).not.toEqual(first)
    const [a, b] = [await drawn({ promptIds: [100, 101, 102, 103, 999] }), first]
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

describe.skipIf(!kernelsAreThere())('the decoding kernel', () => {
  const wideVocabulary = { vocabSize: 77, width: 32, heads: 6, kvHeads: 3, headSize: 16, hidden: 48, tied: true }
  const shapes: [string, ModelShape][] = [
    ['llama', shape],
    ['qwen2', { ...shape, family: 'qwen2' }],
    ['qwen3', { ...shape, family: 'qwen3' }],
    ['whole lanes, a tied head', { ...shape, ...wideVocabulary }],
    ['one head of 70', { ...shape, heads: 1, kvHeads: 1, headSize: 70 }],
  ]

  it.each(shapes)('gives what operations give: %s', async (_, shape) => {
    for (const over of [{}, { temperature: 0.7, topK: 5, topP: 0.8 }, { temperature: 0 }]) {
      const request = toyRequest({ maxNewTokens: 40, ...over })
      const [ours, theirs] = [
        await sampleOnce(request, narrow, shape, true),
        await sampleOnce(request, narrow, shape, false),
      ]
      expect(tokensOf(ours)).toEqual(tokensOf(theirs))
      ours.forEach(({ logp }, i) =>
        logp.forEach((value, t) => expect(Math.abs(value - theirs[i]!.logp[t]!)).toBeLessThan(1e-5)),
      )
    }
  })

  it('rounds to bfloat16 where a graph of that precision does', async () => {
    const request = toyRequest({ maxNewTokens: 12, temperature: 0 })
    const [ours, theirs, exact] = [
      await sampleOnce(request, wide, shape, true, 'bf16-matmul'),
      await sampleOnce(request, wide, shape, false, 'bf16-matmul'),
      await sampleOnce(request, wide, shape, true),
    ]
    const first = (rollouts: readonly Rollout[]) => rollouts.map(({ logp }) => logp[0]!)
    const distance = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0)
    expect(distance(first(ours), first(theirs))).toBeLessThan(0.2 * distance(first(exact), first(theirs)))
  })

  it('gives a sequence the same bits in every batch', async () => {
    // Prompts of one token: longer ones are read by products whose sums depend on the batch.
    const prompts = Array.from({ length: 13 }, (_, i) => Int32Array.of(i))
    const request = toyRequest({ prompts, promptIds: prompts.map((_, i) => i), maxNewTokens: 60, stopTokens: [3] })
    const sampler = new Sampler(shape, true)
    const all = await sampler.sample(request, { slots: 39, promptTokens: 100 })
    for (const slots of [1, 5, 17]) expect(await sampler.sample(request, { slots, promptTokens: 100 })).toEqual(all)
    sampler.program.dispose()
  })
})
