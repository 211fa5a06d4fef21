/** The public data that users will bring first, as it is: imported, curated, exported. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRoom, recipeOf, type Room } from './fixtures/room.ts'
import { hasSharedData, saySkipped, sharedFile } from './fixtures/shared-data.ts'

saySkipped('imports of public data sets')

describe.skipIf(!hasSharedData)('public data', () => {
  let room: Room
  beforeAll(() => void (room = openRoom()))
  afterAll(() => room.close())
  const imported = (path: string, mapping?: Parameters<Room['service']['import']>[0]['mapping']) =>
    room.service.import({ path: sharedFile(path), mapping })

  it.each([
    ['gsm8k', 'gsm8k/test.jsonl', 1319, 'gsm8k', 'GSM8K'],
    ['minerva_math', 'benchmarks/minerva_math.jsonl', 272, 'text', 'Minerva Math'],
    ['olympiadbench', 'benchmarks/olympiadbench.jsonl', 675, 'text', 'OlympiadBench'],
    ['aime24', 'benchmarks/aime24.jsonl', 30, 'text', 'AIME 2024'],
  ] as const)('%s: read by its descriptor, whole', async (benchmark, file, rows, task, name) => {
    const { dataset } = await room.service.import({ path: sharedFile(file), benchmark })
    expect(dataset).toMatchObject({ rows, task, name, rejected: 0, mapping: { prompt: 'prompt', answer: 'answer' } })
    const read = await room.service.forRuns.rows(dataset.id, 'test')
    expect(read).toHaveLength(rows)
    expect(read.filter(({ prompt, answer }) => prompt === '' || answer === '')).toEqual([])
  })

  it('GSM8K: recognised without a mapping, every row kept, steps counted', async () => {
    const look = await room.service.inspect(sharedFile('gsm8k/train.jsonl'))
    expect(look).toMatchObject({ format: 'jsonl', task: 'gsm8k', guess: { prompt: 'question', trajectory: 'answer' } })
    expect(look.preview).toHaveLength(20)
    const { dataset: train } = await imported('gsm8k/train.jsonl')
    expect(train).toMatchObject({ name: 'gsm8k/train', task: 'gsm8k', rows: 7473, prompts: 7473, rejected: 0 })
    const { dataset: test } = await imported('gsm8k/test.jsonl')
    expect(test).toMatchObject({ rows: 1319, prompts: 1319, rejected: 0 })
    const recipe = recipeOf(train.id, {
      scorer: 'steps',
      strategy: 'hard',
      count: 1000,
      seed: 7,
      split: { validation: 100, test: 100 },
    })
    const { quartiles, pool, edges } = await room.service.curate.histogram(recipe, 30)
    expect({ quartiles, bins: edges.length - 1, rows: pool.reduce((a, b) => a + b) }).toEqual({
      quartiles: [2, 3, 4],
      bins: 10,
      rows: 7473,
    })
    const counts = await room.service.curate.counts(recipe)
    // Ties at the quartile belong to it: 4 and more steps are well over a quarter.
    expect(counts).toMatchObject({
      threshold: 4,
      drawn: 1000,
      problem: null,
      splits: { train: 800, validation: 100, test: 100 },
    })
    expect(counts.strategyRows).toBe(pool.slice(4).reduce((a, b) => a + b))
    const subset = await room.service.subsets.create({ ...recipe, name: 'gsm8k-hard-1k' })
    const { path } = await room.service.subsets.export(subset.id, null)
    expect((await room.service.import({ path })).dataset).toMatchObject({
      task: 'gsm8k',
      rows: 1000,
      contentHash: subset.contentHash,
    })
  })

  it('Program of Thoughts: two records of another schema among 1,318, each reported', async () => {
    const { dataset } = await imported('program-of-thoughts/gsm8k.jsonl')
    expect(dataset).toMatchObject({
      rows: 1318,
      rejected: 2,
      mapping: { prompt: 'question', trajectory: 'generated.0', answer: 'answer' },
    })
    expect(dataset.rejections.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '1 field "question" is missing',
      '1054 field "question" is missing',
    ])
    const { rows } = await room.service.curate.rows({
      recipe: recipeOf(dataset.id),
      drawn: false,
      sort: 'line',
      descending: false,
      offset: 0,
      limit: 1,
    })
    expect(rows[0]).toMatchObject({ line: 2, answer: '18' })
  })

  it('verl Parquet: chat prompts, reference answers, duplicates', async () => {
    const { dataset } = await imported('one-shot-rlvr/dsr_sub.parquet')
    expect(dataset).toMatchObject({
      rows: 1209,
      prompts: 1207,
      rejected: 0,
      mapping: { prompt: 'prompt', answer: 'reward_model.ground_truth', source: 'data_source' },
    })
    const unique = await room.service.curate.counts(
      recipeOf(dataset.id, { filters: { answerMissing: false, duplicatePrompts: true } }),
    )
    expect(unique.steps.find(({ id }) => id === 'duplicatePrompts')).toMatchObject({ removed: 2, left: 1207 })
    const { dataset: one } = await imported('one-shot-rlvr/pi1_r128.parquet')
    expect(one).toMatchObject({ rows: 128, prompts: 1 })
    await expect(imported('one-shot-rlvr/dsr_sub.parquet', { prompt: 'nothing', scores: [] })).rejects.toMatchObject({
      code: 'dataset.column_missing',
      remedy: 'Choose among: data_source, prompt, ability, reward_model, extra_info.',
    })
    // One prompt cannot be split.
    const counts = await room.service.curate.counts(recipeOf(one.id, { filters: { answerMissing: false } }))
    expect(counts.splits).toEqual({ train: 128, validation: 0, test: 0 })
  })

  it('outputs of models, step labels, rollouts, benchmarks', async () => {
    const tora = await imported('tora/tora-70b-gsm8k.jsonl')
    expect(tora.dataset).toMatchObject({
      rows: 1319,
      rejected: 0,
      mapping: { prompt: 'question', trajectory: 'code.0', answer: 'gt' },
    })
    const judged = await room.service.curate.counts(recipeOf(tora.dataset.id, { filters: { answerWrong: true } }))
    expect(judged.steps.find(({ id }) => id === 'answerWrong')!.removed).toBe(205)
    const prm = await imported('openr-samples/prm800k.jsonl', {
      prompt: 'question.problem',
      trajectory: 'question.ground_truth_solution',
      answer: 'question.ground_truth_answer',
      scores: ['label.total_time'],
    })
    expect(prm.dataset.rows + prm.dataset.rejected).toBe(6)
    expect((await imported('openr-samples/math-shepherd.jsonl')).dataset.rows).toBe(7)
    const poems = await imported('rl-logging-board/eval_poem.jsonl')
    expect(poems.dataset).toMatchObject({
      rows: 3000,
      prompts: 128,
      mapping: { prompt: 'prompt', trajectory: 'response', scores: ['reward', 'ref_reward'] },
    })
    expect(poems.dataset.scorers.find(({ id }) => id === 'column:reward')).toMatchObject({
      harder: 'lower',
      min: -2.4,
      max: 0.1875,
      missing: 0,
    })
    const sizes = { aime24: 30, amc23: 40, minerva_math: 272, olympiadbench: 675 }
    for (const [name, rows] of Object.entries(sizes))
      expect((await imported(`benchmarks/${name}.jsonl`)).dataset).toMatchObject({ rows, rejected: 0 })
  })

  it('says of a file that holds no rows what it is', async () => {
    await expect(imported('one-shot-rlvr/acc_step_500.json')).rejects.toMatchObject({
      code: 'input.invalid',
      message: 'This is one JSON object, not a list of rows.',
    })
  })
})
