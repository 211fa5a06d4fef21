/**
 * A file in GSM8K's form, imported, curated and trained on by the real trainer: SFT of the smallest preset on a tokenizer.json, GRPO
 * with the verifier, interrupted and whole. Needs TensorFlow; without it this says so loudly.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SubsetRecipe } from '#shared/contract/datasets.ts'
import type { FailureFacts } from '#shared/contract/failure.ts'
import { RunFile } from '#shared/experiment/run-folder.ts'
import { ExperimentSpec, type ExperimentInput } from '#shared/experiment/spec.ts'
import type { EngineCalls } from '../entry/client.ts'
import { inState, pastStep, scratchFolder, startTestEngine, type TestEngine } from '../fixtures/test-engine.ts'
import { writeTinyModel } from '../fixtures/tiny-model-folder.ts'
import { probeBackend } from '../system/backend-probe.ts'
import { programFolder } from '../version.ts'
import { trainerProgram } from './trainer-process.ts'

const scratch = scratchFolder()
const tokenizer = join(scratch.path, 'tokenizer', 'tokenizer.json')
const backend = await probeBackend().catch((error: Error) => error)
const isMissing = backend instanceof Error
if (isMissing) process.stderr.write(`SKIPPED: training on texts: ${backend.message}\n`)

let engine: TestEngine
let subset: string
let prompts: string
beforeAll(async () => {
  mkdirSync(join(scratch.path, 'tokenizer'))
  copyFileSync(join(programFolder, 'resources', 'tokenizers', 'gsm8k-512', 'tokenizer.json'), tokenizer)
  engine = await startTestEngine(join(scratch.path, 'workspace'), ['--trainer', trainerProgram])
  subset = await curated(engine.calls, true)
  prompts = await curated(engine.calls, false)
}, 60_000)
afterAll(async () => {
  await engine.end()
  scratch.remove()
})

/** 80 questions, each with its own numbers and all with one answer: what little a small model learns in forty steps. */
async function curated(calls: EngineCalls, withSolutions: boolean): Promise<string> {
  const rows = Array.from({ length: 80 }, (_, i) => {
    const question = `Ann has ${i} apples and eats ${i}. How many days has a week?`
    return withSolutions
      ? { question, answer: `A week has ${i}-${i}+7=<<${i}-${i}+7=7>>7 days.\n#### 7` }
      : { question, answer: '7' }
  })
  const file = join(scratch.path, `weeks-${withSolutions}.jsonl`)
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const mapping = withSolutions ? undefined : { prompt: 'question', answer: 'answer', scores: [] }
  const { job } = await calls.datasets.import({ path: file, ...(mapping && { mapping }) })
  const dataset = await vi.waitFor(
    async () => {
      const { result, error } = (await calls.jobs.list({})).jobs.find(({ id }) => id === job)!
      if (error) throw new Error(error.message)
      return result ?? Promise.reject(new Error('still importing'))
    },
    { timeout: 30_000, interval: 50 },
  )
  const recipe = SubsetRecipe.parse({
    dataset,
    name: withSolutions ? 'weeks' : 'bare weeks',
    scorer: withSolutions ? 'steps' : 'length',
    strategy: 'all',
    split: { validation: 8, test: withSolutions ? 8 : 0 },
  })
  return (await calls.subsets.create({ recipe })).id
}

const evaluation = { every: 20, samples: 2, maxAnswerTokens: 48 } as const
const specOf = (change: Partial<ExperimentInput> = {}): ExperimentSpec =>
  ExperimentSpec.parse({
    name: 'weeks',
    task: 'gsm8k',
    data: subset,
    tokenizer,
    engine: { threads: 1 },
    stages: [
      { kind: 'sft', batch: 8, budget: { steps: 40 }, learningRate: 3e-3, validation: { every: 10 }, evaluation, maxPromptTokens: 60, maxAnswerTokens: 64 }, // prettier-ignore
      { kind: 'rl', prompts: 4, answers: 4, budget: { steps: 3 }, evaluation, maxAnswerTokens: 48, switchAt: 'last' },
    ],
    ...change,
  })
const chainOf = async (calls: EngineCalls, spec: ExperimentSpec) => (await calls.runs.create({ spec })).runs
const lossesOf = async (calls: EngineCalls, run: string) => {
  const { series } = await calls.runs.metrics({
    id: run,
    keys: ['train/loss', 'val/loss', 'train/reward', 'eval/greedy'],
  })
  return series.map(({ step, value }) => ({ step, value }))
}

it.skipIf(isMissing)(
  'learns the answer by SFT, goes on by GRPO, and ends the same when it was killed on the way',
  async () => {
    const { calls } = engine
    const [sft, rl] = (await chainOf(calls, specOf())) as [string, string]
    await pastStep(calls, sft, 12)
    process.kill((await calls.runs.get({ id: sft })).trainerPid!, 'SIGKILL')
    await inState(calls, sft, 'interrupted')
    await calls.runs.resume({ id: sft })
    const trained = await inState(calls, sft, 'completed')
    expect(trained).toMatchObject({ model: 'lab-0.3m', task: 'gsm8k', data: 'weeks' })
    expect(trained.last['eval/greedy']).toBeGreaterThan(0.5)
    const done = await inState(calls, rl, 'completed')
    expect(done).toMatchObject({ paradigm: 'sequential', parentStep: 40, step: 3 })

    const { samples } = await calls.runs.samples({ id: rl, purpose: 'train' })
    const right = samples.find(({ correct }) => correct)!
    expect(right.prompt).toMatch(/^Ann has \d+ apples/)
    expect(right.response).toMatch(/#### 7$/)
    expect([right.reward, right.expected]).toEqual([1, '7'])
    const { series } = await calls.runs.metrics({ id: sft, keys: ['train/padding_share'] })
    expect(Math.max(...series[0]!.value)).toBeLessThan(0.2)

    const run = RunFile.parse(JSON.parse(readFileSync(join(done.folder, 'run.json'), 'utf8')))
    expect(run.text).toMatchObject({ tokenizer: join(tokenizer, '..'), template: 'Question: {prompt}\nAnswer: ' })

    const other = await startTestEngine(join(scratch.path, 'undisturbed'), ['--trainer', trainerProgram])
    const same = await curated(other.calls, true)
    const whole = (await chainOf(other.calls, specOf({ data: same }))) as [string, string]
    await inState(other.calls, whole[1], 'completed')
    for (const [i, id] of [sft, rl].entries())
      expect(await lossesOf(calls, id)).toEqual(await lossesOf(other.calls, whole[i]!))
    await other.end()

    // The tokenizer is part of the run: another one in its place is refused.
    const { run: branch } = await calls.runs.branch({ from: sft, step: 20, stage: specOf().stages[1] as never })
    await inState(calls, branch, 'completed')
    writeFileSync(tokenizer, readFileSync(tokenizer, 'utf8').replace('"version": "1.0"', '"version": "1.0" '))
    await calls.runs.resume({ id: branch, budget: { steps: 4 } })
    expect((await inState(calls, branch, 'failed')).error).toMatchObject({ code: 'checkpoint.incompatible' })
  },
  300_000,
)

it.skipIf(isMissing).each([
  ['all weights', 'full', 46_000],
  ['adapters', { lora: { rank: 4, alpha: 8 } }, 2_000],
] as const)(
  'trains %s of a model folder by its chat template, SFT and then RL',
  async (_name, tune, fewest) => {
    const folder = join(scratch.path, 'models', 'tiny')
    writeTinyModel(folder, join(programFolder, 'resources', 'tokenizers', 'gsm8k-512'))
    const { calls } = engine
    const lengths = { maxPromptTokens: 100, maxAnswerTokens: 64 }
    const rate = { learningRate: 0.01, schedule: { kind: 'constant', warmupSteps: 0 } } as const
    const stages: ExperimentInput['stages'] = [
      {
        kind: 'sft',
        batch: 4,
        budget: { steps: 6 },
        ...rate,
        ...lengths,
        validation: { every: 6 },
        evaluation: { every: 6, samples: 1 },
      },
      { kind: 'rl', prompts: 2, answers: 3, budget: { steps: 2 }, ...lengths, evaluation: { every: 2, samples: 1 } },
    ]
    const spec = specOf({ model: { folder, tune: tune as 'full' }, tokenizer: undefined, stages })
    const estimate = await calls.runs.estimate({ spec })
    const [sft, rl] = (await chainOf(calls, spec)) as [string, string]
    const done = await inState(calls, rl, 'completed')
    expect(done).toMatchObject({ model: tune === 'full' ? 'tiny' : 'tiny, LoRA 4', state: 'completed', step: 2 })
    const { checkpoints, folder: place } = await calls.runs.get({ id: sft })
    // f32 weights and two moments.
    expect(checkpoints.at(-1)!.bytes / 12).toBeGreaterThan(fewest * 0.7)
    expect(estimate.stages[0]!.diskBytes / estimate.stages[0]!.checkpoints / checkpoints.at(-1)!.bytes).toBeGreaterThan(
      0.5,
    )
    expect(estimate.stages[0]!.diskBytes / estimate.stages[0]!.checkpoints / checkpoints.at(-1)!.bytes).toBeLessThan(2)
    expect(JSON.parse(readFileSync(join(place, 'run.json'), 'utf8'))).toMatchObject({ text: { template: 'chat' } })
    const { series } = await calls.runs.metrics({ id: sft, keys: ['val/loss'] })
    expect(series[0]!.value.at(-1)!).toBeLessThan(series[0]!.value[0]!)
  },
  120_000,
)

describe('a spec that cannot be is refused before anything is queued', () => {
  const refusal = async (change: Partial<ExperimentInput>): Promise<FailureFacts> => {
    const error = await chainOf(engine.calls, specOf(change)).then(
      () => Promise.reject(new Error('it was queued')),
      (error: { data?: FailureFacts }) => error.data ?? Promise.reject(error as Error),
    )
    expect(error).toEqual(
      await engine.calls.runs.estimate({ spec: specOf(change) }).then(() => null, (failed: { data: FailureFacts }) => failed.data), // prettier-ignore
    )
    return error
  }
  const sft = { kind: 'sft' } as const

  it.each([
    ['a folder that is not there', { model: { folder: '/nowhere/at/all' } }, 'file.missing', '/nowhere/at/all'],
    ['a relative folder', { model: { folder: 'models/x' } }, 'input.invalid', 'models/x'],
  ] as const)('%s', async (_name, change, code, place) => {
    const error = await refusal({ ...change, tokenizer: undefined } as Partial<ExperimentInput>)
    expect(error.code).toBe(code)
    expect(error.input).toContain(place)
  })

  it('a folder that is no model', async () => {
    const error = await refusal({ model: { folder: join(scratch.path, 'tokenizer') }, tokenizer: undefined })
    expect(error).toMatchObject({ code: 'file.missing', message: expect.stringContaining('config.json') as string })
  })

  it.each([
    ['is not there', '/nowhere/tokenizer.json', 'file.missing'],
    ['has no name of ours', 'gsm8k-9', 'input.invalid'],
  ])('a tokenizer that %s', async (_name, given, code) =>
    expect(await refusal({ tokenizer: given })).toMatchObject({ code }),
  )

  it('a chat template that the tokenizer lacks', async () => {
    rmSync(join(scratch.path, 'tokenizer', 'tokenizer_config.json'), { force: true })
    expect(await refusal({ template: 'chat' })).toMatchObject({ code: 'input.invalid', input: 'template: chat' })
  })

  it('prompts without trajectories for SFT, a subset without tests', async () => {
    expect(await refusal({ data: prompts, stages: [{ ...sft, evaluation: { data: subset } }] })).toMatchObject({
      code: 'input.invalid',
      message: expect.stringContaining('prompts without trajectories') as string,
    })
    expect(await refusal({ data: prompts, stages: [{ kind: 'rl' }] })).toMatchObject({
      code: 'input.empty',
      message: 'bare weeks has no test rows.',
    })
  })

  it('texts on the lab task', async () => {
    const lab = {
      task: 'lab' as const,
      data: undefined,
      tokenizer: undefined,
      stages: [{ ...sft, data: subset }],
    } satisfies Partial<ExperimentInput>
    expect(await refusal(lab)).toMatchObject({
      code: 'input.invalid',
      remedy: expect.stringContaining('gsm8k') as string,
    })
  })
})

it.skipIf(isMissing)(
  'tests on several benchmarks at once, each judged by its own verifier',
  async () => {
    const { calls } = engine
    const file = (name: string, rows: object[]) => {
      const path = join(scratch.path, name)
      writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
      return path
    }
    const imported = async (path: string, benchmark: 'gsm8k' | 'aime24') => {
      const { job } = await calls.datasets.import({ path, benchmark })
      return vi.waitFor(async () => (await calls.jobs.list({})).jobs.find(({ id }) => id === job)!.result ?? Promise.reject(new Error('not yet')), { timeout: 30_000 }) // prettier-ignore
    }
    const words = await imported(file('words.jsonl', [{ question: 'How many?', answer: '1+1=2\n#### 2' }, { question: 'And now?', answer: '#### 3' }]), 'gsm8k') // prettier-ignore
    const years = await imported(file('years.jsonl', [{ problem: 'Find $x$.', answer: '033' }, { problem: 'no answer' }]), 'aime24') // prettier-ignore
    const { datasets } = await calls.datasets.list({})
    expect(datasets.filter(({ id }) => [words, years].includes(id)).map(({ name, task, rows, rejected }) => [name, task, rows, rejected]).sort()).toEqual([['AIME 2024', 'text', 1, 1], ['GSM8K', 'gsm8k', 2, 0]]) // prettier-ignore
    const benchmarks = [{ name: 'gsm8k', data: words }, { name: 'aime24', data: years, samples: 4 }] // prettier-ignore
    const stages = [{ kind: 'sft', batch: 2, budget: { steps: 1 }, maxPromptTokens: 60, maxAnswerTokens: 64, evaluation: { every: 1, samples: 2, maxAnswerTokens: 16, benchmarks } }] as const // prettier-ignore
    const spec = specOf({ tokenizer: 'gsm8k-512', stages: [...stages] })
    expect((await calls.runs.estimate({ spec })).stages[0]!.flops).toBeGreaterThan(0)
    const [id] = (await chainOf(calls, spec)) as [string]
    const { folder } = await inState(calls, id, 'completed')
    const { points } = await calls.runs.evaluations({ id })
    expect(points.map(({ step, n, benchmarks: sets }) => [step, n, sets?.map(({ name, n: size, k }) => [name, size, k])])).toEqual([0, 1].map((step) => [step, 3, [['gsm8k', 2, 2], ['aime24', 1, 4]]])) // prettier-ignore
    expect(await calls.runs.metrics({ id, keys: ['eval/aime24'] })).toMatchObject({ series: [{ step: [0, 1] }] })
    const rows = readFileSync(join(folder, 'data.jsonl'), 'utf8').trim().split('\n').slice(1, 4).map((line) => JSON.parse(line) as object) // prettier-ignore
    expect(rows).toMatchObject([{ answer: '2', verifier: 'gsm8k' }, { answer: '3' }, { answer: '033', verifier: 'maths', benchmark: 'aime24' }]) // prettier-ignore
    const { curves } = await calls.analysis.curves({ metric: 'aime24' })
    expect(curves.find(({ run }) => run === id)?.points.map(({ n, k }) => [n, k])).toEqual([[1, 4], [1, 4]]) // prettier-ignore
  },
  120_000,
)

it('estimates lengths from the rows themselves, and can test on a whole dataset', async () => {
  const { datasets } = await engine.calls.datasets.list({})
  const bare = datasets.find(({ mapping }) => mapping?.trajectory === undefined)!
  const stages = [{ kind: 'rl', data: prompts, evaluation: { data: bare.id }, budget: { steps: 10 } }] as const
  const estimate = await engine.calls.runs.estimate({ spec: specOf({ stages: [...stages] }) })
  const short = await engine.calls.runs.estimate({ spec: specOf() })
  expect(estimate.stages[0]!.flops).toBeGreaterThan(0)
  // SFT of 40 steps x 8 rows of about 50 tokens: 3 passes of 2 N = 0.8 MFLOP a token.
  expect(short.stages[0]!.flops / (40 * 8 * 50 * 3 * 0.8e6)).toBeGreaterThan(0.5)
  expect(short.stages[0]!.flops / (40 * 8 * 50 * 3 * 0.8e6)).toBeLessThan(2)
})
