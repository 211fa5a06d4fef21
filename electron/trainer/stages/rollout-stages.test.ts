import { describe, expect, it } from 'vitest'
import { passFlops, trainingFlops } from '#shared/flops/flops.ts'
import { labTask } from '#tasks/lab/lab-task.ts'
import type { TrainBatch } from '../policy.ts'
import { eventsOf, runStage, stepValues } from '../fixtures/stage-run.ts'

type Parts = readonly TrainBatch[]
/** The sequences of a mini-batch, as token lists. */
const sequences = (parts: Parts): number[][] =>
  parts.flatMap(({ tokens, rows, width, lengths }) =>
    Array.from({ length: rows }, (_, b) => [...tokens.subarray(b * width, b * width + lengths[b]!)]),
  )
const text = (sequence: readonly number[]) => labTask.tokenizer.decode(sequence)
const total = (parts: Parts) => ({ count: rows(parts), tokens: sequences(parts).flat().length })
const rows = (parts: Parts) => parts.reduce((sum, part) => sum + part.rows, 0)
const inputOf = (parts: Parts, name: string) => parts.flatMap(({ inputs }) => [...inputs[name]!])

describe('an rl stage', () => {
  const stage = { kind: 'rl', prompts: 4, answers: 4, budget: { steps: 3 } } as const

  it('samples each prompt under a key of its own, the same prompt a second time too', async () => {
    const { policy } = await runStage(stage, { train: 5 })
    const keys = policy.calls.generated.flatMap(({ promptIds }) => promptIds)
    expect(keys).toEqual(Array.from({ length: 12 }, (_, i) => i))
    expect(new Set(policy.calls.generated.map(({ seed }) => seed)).size).toBe(1)
  })

  it('updates once on all rows, or k times on disjoint groups with their old log-probabilities', async () => {
    const once = await runStage({ ...stage, budget: { steps: 1 } })
    expect(once.policy.calls.trained.map(({ parts }) => rows(parts))).toEqual([16])
    expect(once.policy.calls.scored).toBe(0)
    const twice = await runStage({ ...stage, budget: { steps: 1 }, updatesPerRollout: 2 })
    expect(twice.policy.calls.trained.map(({ parts }) => rows(parts))).toEqual([8, 8])
    expect(twice.policy.calls.scored).toBe(1)
    const [a, b] = twice.policy.calls.trained.map(({ parts }) => sequences(parts).map(text))
    expect([...a!, ...b!].sort()).toEqual(sequences(once.policy.calls.trained[0]!.parts).map(text).sort())
    for (const { parts } of twice.policy.calls.trained)
      expect(inputOf(parts, 'logpOld').some((value) => value !== 0)).toBe(true)
  })

  it("counts the paper's FLOPs of what it generated and trained on", async () => {
    const { events, policy } = await runStage({ ...stage, budget: { steps: 1 } })
    const [metrics] = eventsOf(events, 'metrics')
    const batch = total(policy.calls.trained[0]!.parts)
    expect(metrics!.at.flops).toBeCloseTo(passFlops(policy.shape, batch) + trainingFlops(policy.shape, batch), 0)
    expect(metrics!.at.tokens).toBe(batch.tokens)
  })

  it('says how often groups carry no signal, and goes on without an update when none does and they are skipped', async () => {
    const { events, policy } = await runStage(
      { ...stage, objective: { type: 'grpo', skipEqualGroups: true } },
      { fake: { skill: () => 0 } },
    )
    expect(policy.calls.trained).toHaveLength(0)
    expect(stepValues(events)).toHaveLength(3)
    expect(stepValues(events)[0]).toMatchObject({ 'train/groups_none': 1, 'train/reward': 0 })
    expect(stepValues(events)[0]).not.toHaveProperty('train/loss')
  })

  it('hands reference log-probabilities of the frozen start to a KL penalty, and keeps that start', async () => {
    const { events, policy, reference } = await runStage({ ...stage, objective: { type: 'grpo', kl: { coef: 0.1 } } })
    expect(reference!.calls).toMatchObject({ trained: [], generated: [], scored: 3 })
    expect(policy.calls.trained.every(({ parts }) => inputOf(parts, 'logpRef').length > 0)).toBe(true)
    expect(eventsOf(events, 'checkpoint')[0]).toMatchObject({ reason: 'start', at: { step: 0 } })
  })

  it('names the data rows of a mini-batch that diverges', async () => {
    const { events, data } = await runStage(
      { ...stage, updatesPerRollout: 2 },
      { fake: { trainResult: (call, usual) => (call === 4 ? { ...usual, loss: Number.NaN, applied: false } : usual) } },
    )
    const last = events.at(-1)
    expect(last).toMatchObject({ kind: 'diverged', step: 2, why: 'the loss became NaN' })
    const ids = eventsOf(events, 'diverged')[0]!.rows
    expect(ids).toHaveLength(2) // the second half of four prompts
    expect(ids.every((id) => data.train.some((row) => row.id === id))).toBe(true)
  })
})

describe('dynamic sampling', () => {
  const stage = { kind: 'rl', prompts: 3, answers: 4, budget: { steps: 2 }, objective: { type: 'dapo' } } as const
  // Prompts with an even key are hopeless, the others half right.
  const fake = {
    skill: ({ promptIds }: { promptIds: readonly number[] }, p: number) => (promptIds[p]! % 2 === 0 ? 0 : 0.5),
  }

  it('trains on partly right groups only, and pays for all it generated', async () => {
    const { events, policy } = await runStage(stage, { fake, train: 200 })
    const [first] = stepValues(events)
    const rounds = first!['train/sampling_rounds']!
    const generated = policy.calls.generated.slice(0, rounds)
    expect(generated.every(({ prompts }) => prompts.length === 6)).toBe(true)
    const { parts } = policy.calls.trained[0]!
    expect(rows(parts)).toBe(12)
    expect(inputOf(parts, 'advantage').every((advantage) => advantage !== 0)).toBe(true)
    const [metrics] = eventsOf(events, 'metrics')
    expect(metrics!.at.flops).toBeGreaterThan(
      2 * trainingFlops(policy.shape, total(parts)) * (1 / 3) + trainingFlops(policy.shape, total(parts)),
    )
    expect(metrics!.at.order).toMatchObject({ epoch: 0, position: 6 * rounds })
  })

  it('goes on with a part when it may', async () => {
    const partial = {
      ...stage,
      objective: { type: 'dapo', dynamicSampling: { maxRounds: 1, roundFactor: 1, whenExhausted: 'train-partial' } },
    } as const
    const { events, policy } = await runStage(partial, {
      train: 200,
      fake: { skill: ({ promptIds }, p) => (promptIds[p]! % 3 === 0 ? 0.5 : 0) },
    })
    expect(events.at(-1)).toMatchObject({ kind: 'done' })
    expect(rows(policy.calls.trained[0]!.parts)).toBe(4)
  })
})

describe('a synchronized stage', () => {
  const stage = { kind: 'synchronized', prompts: 4, answers: 4, budget: { steps: 2 } } as const

  it('luffy: rollouts and one expert a prompt; the expert is charged a generation pass', async () => {
    const { events, policy, data } = await runStage(stage)
    const { parts } = policy.calls.trained[0]!
    const experts = data.train.map((row) => `${row.prompt} ${row.trajectory}`)
    expect(policy.calls.generated[0]).toMatchObject({ answers: 3 })
    expect(
      sequences(parts)
        .map(text)
        .filter((sequence) => experts.includes(sequence)),
    ).toHaveLength(4)
    expect(rows(parts)).toBe(16)
    const tokens = total(parts)
    const [metrics] = eventsOf(events, 'metrics')
    const ratio = metrics!.at.flops / trainingFlops(policy.shape, tokens)
    expect(ratio).toBeCloseTo(4 / 3, 2) // 4 F a token, for rollouts and experts alike
  })

  it('upt: five times the rate, a bound on the gradient, experts where too few rollouts are right', async () => {
    const { policy, events } = await runStage(
      { ...stage, objective: { type: 'upt' } },
      { fake: { skill: ({ promptIds }, p) => (promptIds[p]! % 2 === 0 ? 0 : 1) } },
    )
    const [{ parts, settings }] = policy.calls.trained as [(typeof policy.calls.trained)[number]]
    expect(settings).toMatchObject({ learningRate: 5 * 4e-4, skipAbove: 80 })
    expect(rows(parts)).toBe(2 * 4 + 2)
    expect(stepValues(events)[0]).toMatchObject({ 'train/sft_row_share': 0.2 })
  })

  it('upt: an update skipped for its gradient is counted, not fatal', async () => {
    const { events } = await runStage(
      { ...stage, objective: { type: 'upt' } },
      { fake: { trainResult: (_, usual) => ({ ...usual, gradNorm: 100, applied: false }) } },
    )
    expect(events.at(-1)).toMatchObject({ kind: 'done' })
    expect(stepValues(events)[0]).toMatchObject({ 'train/skipped_updates': 1 })
  })

  it('upt: prompts routed to SFT retire when asked to, until none is left', async () => {
    const retiring = { ...stage, budget: { steps: 50 }, objective: { type: 'upt', removeAfterSft: true } } as const
    const { events, policy } = await runStage(retiring, { train: 10, fake: { skill: () => 0 } })
    const seen = policy.calls.generated.flatMap(({ prompts }) => prompts.map((prompt) => text([...prompt])))
    expect(new Set(seen.slice(0, 10)).size).toBe(10) // two steps of four without a repeat, then the last two
    expect(events.at(-1)).toMatchObject({ kind: 'halted', facts: { code: 'input.empty' } })
  })

  it('prefix-rft: one answer a prompt goes on from the beginning of its expert', async () => {
    const { policy, data } = await runStage({ ...stage, objective: { type: 'prefix-rft' } })
    const [plain, hybrid] = policy.calls.generated
    expect(plain).toMatchObject({ answers: 3 })
    expect(hybrid).toMatchObject({ answers: 1 })
    hybrid!.prompts.forEach((tokens, p) => {
      const row = data.train.find(({ promptTokens }) => String(promptTokens) === String(plain!.prompts[p]))!
      const whole = [...row.promptTokens, ...row.responseTokens]
      expect([...tokens]).toEqual(whole.slice(0, tokens.length))
      expect(tokens.length).toBeGreaterThan(row.promptTokens.length)
      expect(tokens.length).toBeLessThan(whole.length)
      const limit = hybrid!.limits?.[p] ?? hybrid!.maxNewTokens
      expect(tokens.length - row.promptTokens.length + limit).toBe(labTask.maxResponseTokens)
    })
    expect(rows(policy.calls.trained[0]!.parts)).toBe(16)
  })
})
