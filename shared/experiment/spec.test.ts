import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelName } from './model-name.ts'
import { ExperimentSpec, type ExperimentInput } from './spec.ts'

const kinds = fc.array(fc.constantFrom('sft' as const, 'rl' as const, 'synchronized' as const), {
  minLength: 1,
  maxLength: 4,
})
const tune = fc.oneof(
  fc.constant('full' as const),
  fc.record({ lora: fc.record({ rank: fc.integer({ min: 1, max: 64 }) }) }),
)
const model = fc.oneof(
  fc.record({ model: fc.constantFrom('lab-0.3m' as const, 'lab-3m' as const), tokenizer: fc.constant('gsm8k-512') }),
  fc.record({ model: fc.record({ folder: fc.constant('/models/x'), tune }) }),
)
const text = fc
  .record({
    task: fc.constantFrom('gsm8k' as const, 'maths' as const),
    which: model,
    stages: kinds,
    template: fc.option(fc.constantFrom('chat', 'Q: {prompt}\nA: '), { nil: undefined }),
    tests: fc.option(fc.constantFrom('sub_test', 'ds_bench'), { nil: undefined }),
    answer: fc.option(fc.integer({ min: 1, max: 4000 }), { nil: undefined }),
  })
  .map(({ task, which, stages, template, tests, answer }): ExperimentInput => ({
    name: 'x',
    task,
    ...which,
    template,
    data: 'sub_main',
    stages: stages.map((kind) => ({ kind, maxAnswerTokens: answer, ...(tests && { evaluation: { data: tests } }) })),
  }))

describe('an experiment on texts', () => {
  it('gives every stage its rows, its tests and its validation, and reads back as itself', () => {
    fc.assert(
      fc.property(text, (input) => {
        const spec = ExperimentSpec.parse(input)
        for (const stage of spec.stages) {
          expect(stage.data).toBe('sub_main')
          expect(['sub_main', 'sub_test', 'ds_bench']).toContain(stage.evaluation.data)
          if (stage.kind === 'sft') expect(stage.validation.data).toBe('sub_main')
        }
        expect(ExperimentSpec.parse(spec)).toEqual(spec)
        expect(ExperimentSpec.parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec)
      }),
    )
  })

  it('takes several benchmarks, called apart, and refuses lab sets among them', () => {
    const parsed = (benchmarks: object[], task = 'maths') =>
      ExperimentSpec.safeParse({
        ...(task === 'lab' ? { name: 'x' } : { name: 'x', task, tokenizer: 'gsm8k-512', data: 'sub_main' }),
        stages: [{ kind: 'rl', evaluation: { benchmarks } }],
      })
    const said = (benchmarks: object[]) => parsed(benchmarks).error?.issues.map(({ path, message }) => [path.slice(4), message]) // prettier-ignore
    const own = { name: 'AIME 2024', data: 'ds_bench', samples: 16 }
    expect(parsed([own]).data?.stages[0]!.evaluation.benchmarks).toEqual([own])
    expect(said([own, { ...own, data: 'ds_other' }])).toEqual([[[], 'two benchmarks have the same name']])
    expect(said([{ ...own, name: 'overall' }])).toEqual([[[0, 'name'], 'this name stands for another score']])
    const set = { name: 'easy', data: { lab: { set: 'easy', rows: 5, seed: 1 } } }
    expect(said([set])?.[0]?.[1]).toMatch(/lab sets are not for maths/)
    expect(parsed([set], 'lab').success).toBe(true)
  })

  it('has no recorded probabilities of written solutions', () => {
    const spec = { name: 'x', task: 'gsm8k', tokenizer: 'gsm8k-512', data: 'sub_main', stages: [{ kind: 'synchronized', objective: { type: 'luffy', behaviour: 'recorded' } }] } // prettier-ignore
    expect(ExperimentSpec.safeParse(spec).error?.issues[0]).toMatchObject({ path: ['stages', 0, 'objective', 'behaviour'], message: expect.stringContaining('use "one"') as string }) // prettier-ignore
  })

  it("keeps a stage's own rows, also for its tests", () => {
    const spec = ExperimentSpec.parse({
      ...{ name: 'x', task: 'maths', tokenizer: 'gsm8k-512', data: 'sub_main' },
      stages: [{ kind: 'sft', data: 'sub_own' }, { kind: 'rl' }],
    })
    expect(spec.stages.map(({ data, evaluation }) => [data, evaluation.data])).toEqual([
      ['sub_own', 'sub_own'],
      ['sub_main', 'sub_main'],
    ])
  })

  const issues = (change: object) =>
    ExperimentSpec.safeParse({
      ...{ name: 'x', task: 'gsm8k', tokenizer: 'gsm8k-512', data: 'sub_main', stages: [{ kind: 'sft' }] },
      ...change,
    }).error?.issues.map(({ path }) => path.join('.')) ?? []

  it.each([
    ['a preset without a tokenizer', { tokenizer: undefined }, ['tokenizer']],
    ['a folder with another', { model: { folder: '/m' } }, ['tokenizer']],
    ['no rows at all', { data: undefined }, ['stages.0.data']],
    ['a whole dataset to train on', { data: 'ds_bench' }, ['stages.0.data']],
    ['lab sets', { stages: [{ kind: 'rl', data: { lab: { set: 'easy' } } }] }, ['stages.0.data']],
    ['lab sets to test on', { stages: [{ kind: 'rl', evaluation: { data: { lab: { set: 'easy' } } } }] }, ['stages.0.evaluation.data']], // prettier-ignore
    ['a template without its prompt', { template: 'Q: ' }, ['template']],
    ['a system message in a plain template', { template: '{prompt}', system: 's' }, ['system']],
    [
      'an adapter of rank 0',
      { model: { folder: '/m', tune: { lora: { rank: 0 } } }, tokenizer: undefined },
      ['model.tune.lora.rank'],
    ],
    ['no tokens for answers', { stages: [{ kind: 'rl', maxAnswerTokens: 0 }] }, ['stages.0.maxAnswerTokens']],
  ])('names the place of %s', (_name, change, places) => expect(issues(change)).toEqual(places))
})

describe('an experiment on the lab task', () => {
  it('means what it meant: built-in rows, no texts', () => {
    const spec = ExperimentSpec.parse({ name: 'x', stages: [{ kind: 'pretrain' }, { kind: 'sft' }, { kind: 'rl' }] })
    expect(spec).toMatchObject({ task: 'lab', model: 'lab-0.3m' })
    expect(spec.stages.map(({ data }) => data)).toEqual([
      { lab: { set: 'base', rows: 70_400, seed: 1 } },
      { lab: { set: 'uniform', rows: 1000, seed: 2 } },
      { lab: { set: 'uniform', rows: 8192, seed: 3 } },
    ])
  })

  it.each(['data', 'tokenizer', 'template', 'system'])('has no %s', (key) => {
    const given = { name: 'x', [key]: key === 'template' ? 'chat' : 'sub_main', stages: [{ kind: 'sft' }] }
    expect(ExperimentSpec.safeParse(given).error?.issues[0]?.path).toEqual([key])
  })
})

it('names models as lists show them', () => {
  const lora = { rank: 8, alpha: 16, targets: ['q_proj' as const] }
  expect(modelName('lab-3m')).toBe('lab-3m')
  expect(modelName({ folder: '/models/SmolLM2-135M/', tune: 'full' })).toBe('SmolLM2-135M')
  expect(modelName({ folder: 'C:\\models\\Qwen2.5', tune: { lora } })).toBe('Qwen2.5, LoRA 8')
})
