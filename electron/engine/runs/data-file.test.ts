import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataHeader, DataRow } from '#shared/experiment/run-folder.ts'
import { ExperimentSpec, type Stage } from '#shared/experiment/spec.ts'
import { writeRunData } from './data-file.ts'
import { dataPlan, type PlainRow, type Split } from './data-plan.ts'
import { makeRunData } from './data-worker.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'data-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const stageOf = (stage: object): Stage => ExperimentSpec.parse({ name: 'x', stages: [stage] }).stages[0]!
const row = (prompt: string): PlainRow => ({ prompt, trajectory: `${prompt} = 1 $`, answer: '1' })
const subset = (parts: Partial<Record<Split, string[]>>) => async (_ref: string, split: Split) =>
  (parts[split] ?? []).map(row)

async function made(stage: Stage, rowsOf = subset({})) {
  const path = join(folder, 'data.jsonl')
  const written = await makeRunData(path, await dataPlan(stage, rowsOf))
  const text = readFileSync(path, 'utf8')
  const body = text.slice(text.indexOf('\n') + 1)
  const header = DataHeader.parse(JSON.parse(text.slice(0, text.indexOf('\n'))))
  expect(header.sha256).toBe(createHash('sha256').update(body).digest('hex'))
  const rows = body
    .trimEnd()
    .split('\n')
    .map((line) => DataRow.parse(JSON.parse(line)))
  expect(header.rows).toBe(rows.length)
  return { written, rows }
}
const promptsOf = (rows: DataRow[], split: Split) =>
  rows.filter((each) => each.split === split).map((each) => each.prompt)

describe("a run's data", () => {
  it('holds the lab sets of the spec, whole, numbered from the test rows on, with no prompt on both sides', async () => {
    const { rows, written } = await made(stageOf({ kind: 'sft' }))
    expect(
      [promptsOf(rows, 'test'), promptsOf(rows, 'validation'), promptsOf(rows, 'train')].map((each) => each.length),
    ).toEqual([512, 200, 1000])
    expect(rows.map((each) => each.id)).toEqual(rows.map((_, i) => i))
    const held = new Set([...promptsOf(rows, 'test'), ...promptsOf(rows, 'validation')])
    expect(promptsOf(rows, 'train').filter((prompt) => held.has(prompt))).toEqual([])
    expect(written.leakedPrompts).toBe(0)
    expect(readdirSync(folder)).toEqual(['data.jsonl'])
  })

  it('gives every stage the same test rows under the same ids', async () => {
    const test = async (stage: object) => (await made(stageOf(stage))).rows.filter((each) => each.split === 'test')
    expect(await test({ kind: 'rl' })).toEqual(await test({ kind: 'sft' }))
  })

  it("takes a subset's own splits, and leaves out train rows whose prompt is held out", async () => {
    const rows = subset({ train: ['a', 'b', 'c', 'b'], validation: ['b'], test: ['a', 'd'] })
    const stage = stageOf({ kind: 'sft', data: 'sub_1234', evaluation: { data: 'sub_1234' } })
    const result = await made(stage, rows)
    expect(promptsOf(result.rows, 'test')).toEqual(['a', 'd'])
    expect(promptsOf(result.rows, 'validation')).toEqual(['b'])
    expect(promptsOf(result.rows, 'train')).toEqual(['c'])
    expect(result.written.leakedPrompts).toBe(3)
  })

  it('falls back to the validation data of the stage for a subset without validation rows', async () => {
    const result = await made(stageOf({ kind: 'sft', data: 'sub_1234' }), subset({ train: ['a'] }))
    expect(promptsOf(result.rows, 'validation')).toHaveLength(200)
  })

  it('holds several benchmarks one after the other, each under its name and with its own verifier', async () => {
    const benchmarks = [
      { name: 'GSM8K', data: 'ds_gsm8k' },
      { name: 'AIME', data: 'ds_aime' },
    ]
    const stage = ExperimentSpec.parse({
      ...{ name: 'x', task: 'gsm8k', tokenizer: 'gsm8k-512', data: 'sub_1234' },
      stages: [{ kind: 'rl', evaluation: { benchmarks } }],
    }).stages[0]!
    const prompts: Record<string, string[]> = { ds_gsm8k: ['a', 'b'], ds_aime: ['b', 'c'], sub_1234: ['c', 'd'] }
    const path = join(folder, 'data.jsonl')
    const plan = await dataPlan(
      stage,
      async (ref) => prompts[ref]!.map(row),
      (ref) => (ref === 'ds_aime' ? 'maths' : 'gsm8k'),
    )
    const written = await makeRunData(path, plan)
    const rows = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1).map((line) => DataRow.parse(JSON.parse(line))) // prettier-ignore
    expect(rows.map(({ split, prompt, benchmark, verifier }) => [split, prompt, benchmark, verifier])).toEqual([
      ['test', 'a', 'GSM8K', 'gsm8k'],
      ['test', 'b', 'GSM8K', 'gsm8k'],
      ['test', 'c', 'AIME', 'maths'], // b counts once, for the first
      ['train', 'd', undefined, undefined],
    ])
    expect(written.leakedPrompts).toBe(1)
  })

  it('leaves no draft where the file cannot be put in its place, and says why', async () => {
    const path = join(folder, 'data.jsonl')
    mkdirSync(join(path, 'in the way'), { recursive: true })
    const plan = await dataPlan(stageOf({ kind: 'rl' }), subset({}))
    expect(() => writeRunData(path, plan)).toThrow(expect.objectContaining({ syscall: 'rename' }))
    expect(readdirSync(folder)).toEqual(['data.jsonl'])
  })

  it('says which part of which subset is empty', async () => {
    const stage = stageOf({ kind: 'rl', evaluation: { data: 'sub_1234' } })
    await expect(dataPlan(stage, subset({ train: ['a'] }))).rejects.toMatchObject({
      code: 'input.empty',
      input: 'subset sub_1234',
    })
  })
})
