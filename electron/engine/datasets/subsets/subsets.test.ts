import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, recipeOf, type Room } from '../fixtures/room.ts'
import type { DataCard } from './data-card.ts'

let room: Room
beforeEach(() => (room = openRoom()))
afterEach(() => room.close())

const gsm8kRow = (i: number) => ({
  question: `How many clips in ${i} boxes, "all told"?`,
  answer: `There are ${i}*2 = <<${i}*2=${2 * i}>>${2 * i} clips.\n#### ${2 * i}`,
})
const gsm8k = async (rows = 200) =>
  (
    await room.service.import({
      path: room.lines(
        'train.jsonl',
        Array.from({ length: rows }, (_, i) => gsm8kRow(i)),
      ),
      name: 'gsm8k',
    })
  ).dataset
const text = async () => {
  const rows = Array.from({ length: 90 }, (_, i) => ({
    problem: `Problem ${i % 60} é`,
    solution: `work ${i} \\boxed{${i}}`,
    answer: i % 9 ? String(i) : null,
    source: i % 2 ? 'aops' : 'math',
  }))
  return (await room.service.import({ path: room.lines('text.jsonl', rows) })).dataset
}
const lab = async () => (await room.service.generateLab({ set: 'uniform', rows: 300, seed: 4 })).dataset
const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const row of rows) found.push(row)
  return found
}

describe('saving', () => {
  it('the same recipe under the same name is the subset that is there; a changed one its next version', async () => {
    const { id } = await gsm8k()
    const recipe = recipeOf(id, { name: 'half', count: 100, split: { validation: 10, test: 0.1 } })
    const first = await room.service.subsets.create(recipe)
    expect(first).toMatchObject({
      name: 'half',
      version: 1,
      dataset: id,
      datasetName: 'gsm8k',
      rows: 100,
      splits: { train: 80, validation: 10, test: 10 },
      recipe,
    })
    expect(await room.service.subsets.create(recipe)).toEqual(first)
    const second = await room.service.subsets.create({ ...recipe, seed: 2 })
    expect(second).toMatchObject({ name: 'half', version: 2 })
    expect(second.contentHash).not.toBe(first.contentHash)
    const renamed = await room.service.subsets.create({ ...recipe, name: 'other' })
    expect(renamed).toMatchObject({ version: 1, contentHash: first.contentHash })
    expect(room.service.subsets.list().map(({ name, version }) => `${name} v${version}`)).toEqual([
      'other v1',
      'half v2',
      'half v1',
    ])
  })

  it('gives its rows in order for a run, in the bin too, and again after a restart', async () => {
    const { id } = await gsm8k()
    const subset = await room.service.subsets.create(recipeOf(id, { count: 50, split: { validation: 5, test: 5 } }))
    const read = () => all(room.service.subsets.rows(subset.id))
    const rows = await read()
    expect(rows.map(({ split }) => split)).toEqual([
      ...Array<string>(40).fill('train'),
      ...Array<string>(5).fill('validation'),
      ...Array<string>(5).fill('test'),
    ])
    for (const split of ['train', 'validation', 'test']) {
      const ids = rows.filter((row) => row.split === split).map((row) => row.id)
      expect(ids).toEqual([...ids].sort((a, b) => a - b))
    }
    expect(rows[0]).toEqual({
      split: 'train',
      id: rows[0]!.id,
      prompt: gsm8kRow(rows[0]!.id).question,
      trajectory: gsm8kRow(rows[0]!.id).answer,
      answer: String(2 * rows[0]!.id),
    })
    room.service.subsets.remove(subset.id)
    room.service.remove(id)
    await room.reopen()
    expect(room.service.subsets.list()).toEqual([])
    expect(await read()).toEqual(rows)
    room.service.subsets.restore(subset.id)
    expect(room.service.subsets.list()).toHaveLength(1)
    await expect(all(room.service.subsets.rows('sub_none1234'))).rejects.toMatchObject({
      code: 'subset.not_found',
    })
  })

  it('a whole pool without splits is all of it, in its order', async () => {
    const dataset = await lab()
    const subset = await room.service.subsets.create(
      recipeOf(dataset.id, { strategy: 'all', split: { validation: 0, test: 0 } }),
    )
    expect(subset.contentHash).toBe(dataset.contentHash)
    expect((await room.service.subsets.rowsBySplit(subset.id)).train.map(({ id }) => id)).toEqual(
      Array.from({ length: 300 }, (_, i) => i),
    )
  })
})

describe('exports', () => {
  it.each([
    ['gsm8k', gsm8k, ['question', 'answer', 'split']],
    ['text', text, ['prompt', 'trajectory', 'answer', 'source', 'split']],
    ['lab', lab, ['prompt', 'trajectory', 'answer', 'split']],
  ] as const)('%s: have the form of their task, and read again have the same content hash', async (_, make, fields) => {
    const dataset = await make()
    const subset = await room.service.subsets.create(
      recipeOf(dataset.id, {
        name: 'my half, é/2',
        filters: { answerMissing: false },
        count: 60,
        split: { validation: 6, test: 6 },
      }),
    )
    const { path, rows } = await room.service.subsets.export(subset.id, null)
    expect(path).toBe(join(room.folders.exports, 'my-half-é-2-v1.jsonl'))
    expect(rows).toBe(60)
    const written = lines(path)
    expect(written).toHaveLength(60)
    expect(Object.keys(written[0]!)).toEqual(fields)
    expect(written.map((row) => row['split'])).toEqual([
      ...Array<string>(48).fill('train'),
      ...Array<string>(6).fill('validation'),
      ...Array<string>(6).fill('test'),
    ])
    const again = await room.service.import({ path })
    expect(again.isNew).toBe(true)
    expect(again.dataset).toMatchObject({ task: dataset.task, contentHash: subset.contentHash, rows: 60, rejected: 0 })
  })

  it('of a whole dataset, read again, are that dataset', async () => {
    for (const dataset of [await gsm8k(), await text(), await lab()]) {
      const { path } = await room.service.export(dataset.id, null)
      expect(await room.service.import({ path })).toMatchObject({ isNew: false, dataset: { id: dataset.id } })
    }
  })

  it('never write over one another in the exports folder, and go to a path that is named', async () => {
    const { id } = await gsm8k(20)
    const paths = [await room.service.export(id, null), await room.service.export(id, null)].map(({ path }) =>
      path.split('/').at(-1),
    )
    expect(paths).toEqual(['gsm8k-v1.jsonl', 'gsm8k-v1-2.jsonl'])
    const path = join(room.folder, 'mine.jsonl')
    room.file('mine.jsonl', 'old')
    expect(await room.service.export(id, path)).toEqual({ path, rows: 20 })
    expect(lines(path)).toHaveLength(20)
    expect(readdirSync(room.folder).filter((name) => name.startsWith('mine'))).toEqual([
      'mine.card.json',
      'mine.card.md',
      'mine.jsonl',
    ])
    await expect(room.service.export(id, room.folder)).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(room.service.export(id, 'relative.jsonl')).rejects.toMatchObject({ code: 'input.invalid' })
    await expect(room.service.export(id, '/nowhere/at/all.jsonl')).rejects.toMatchObject({ code: 'file.missing' })
    await expect(room.service.export(id, '/dev/full')).rejects.toMatchObject({ code: 'input.invalid' })
  })

  it('carry a data card that says where the rows come from, without paths of the machine', async () => {
    const { id } = await text()
    const subset = await room.service.subsets.create(
      recipeOf(id, {
        name: 'hard',
        strategy: 'hard',
        count: 10,
        seed: 7,
        filters: { answerWrong: true },
        split: { validation: 1, test: 1 },
      }),
    )
    const { path } = await room.service.subsets.export(subset.id, null)
    const card = JSON.parse(readFileSync(path.replace('.jsonl', '.card.json'), 'utf8')) as DataCard
    expect(card).toMatchObject({
      file: 'hard-v1.jsonl',
      rows: 10,
      contentHash: subset.contentHash,
      dataset: { source: 'text.jsonl' },
      subset: { recipe: { seed: 7 }, splits: { train: 8, validation: 1, test: 1 } },
    })
    const words = readFileSync(path.replace('.jsonl', '.card.md'), 'utf8')
    expect(words).toContain('| no final answer | 10 | 80 |')
    expect(words).toContain('Strategy **hard** on Length (characters), higher is harder')
    expect(words).toContain('10 rows drawn of')
    expect(words).not.toContain(room.folder)
  })

  it('that are cancelled leave nothing', async () => {
    const { id } = await gsm8k(20)
    await expect(room.service.export(id, null, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(readdirSync(room.folders.exports)).toEqual([])
  })
})

describe('the lab task', () => {
  it('makes datasets with its own scorers, the same from the same request', async () => {
    const dataset = await lab()
    expect(dataset).toMatchObject({
      task: 'lab',
      rows: 300,
      rejected: 0,
      source: 'lab task: set uniform, 300 rows, seed 4',
      name: 'lab uniform, 300 rows, seed 4',
    })
    expect(dataset.scorers.map(({ id, unit, min, max }) => [id, unit, min! >= 0, max! <= 23])).toEqual([
      ['operators', 'operators', true, true],
      ['novel', 'operators', true, true],
      ['length', 'tokens', true, true],
    ])
    expect(await room.service.generateLab({ set: 'uniform', rows: 300, seed: 4, name: 'again' })).toMatchObject({
      isNew: false,
      dataset: { id: dataset.id },
    })
    expect((await room.service.generateLab({ set: 'uniform', rows: 300, seed: 5 })).isNew).toBe(true)
  })

  it('agrees with the task on difficulty and verdicts, wrong ones among base documents', async () => {
    const { labRows } = await import('#tasks/lab/generator.ts')
    const { verifyLab } = await import('#tasks/lab/verifier.ts')
    const { dataset } = await room.service.generateLab({ set: 'base', rows: 400, seed: 1 })
    const made = [...labRows({ set: 'base', rows: 400, seed: 1 })]
    const { rows } = await room.service.curate.rows({
      recipe: recipeOf(dataset.id),
      drawn: false,
      sort: 'line',
      descending: false,
      offset: 0,
      limit: 400,
    })
    expect(rows.map(({ verdict }) => verdict === 'right')).toEqual(
      made.map((row) => verifyLab(row, row.trajectory).correct),
    )
    expect(rows.some(({ verdict }) => verdict === 'wrong')).toBe(true)
    for (const id of [0, 17, 399]) {
      const { operators, novel, traceTokens } = made[id]!.difficulty
      expect((await room.service.curate.row(recipeOf(dataset.id), id)).scores).toEqual({
        operators,
        novel,
        length: traceTokens,
      })
    }
  })

  it('can be cancelled, and leaves nothing', async () => {
    const abort = new AbortController()
    const work = room.service.generateLab(
      { set: 'hard', rows: 200_000, seed: 1 },
      { signal: abort.signal, onProgress: (share) => share > 0.1 && abort.abort() },
    )
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
    expect(room.service.list()).toEqual([])
    expect(readdirSync(room.folders.datasets)).toEqual(['.scratch'])
    expect(existsSync(join(room.folders.datasets, '.scratch'))).toBe(true)
  })
})

describe('names', () => {
  it('a dataset renamed to a name that is taken becomes its next version', async () => {
    const [one, two] = [await gsm8k(10), await lab()]
    room.service.rename(two.id, ' gsm8k ')
    expect(room.service.list().map(({ id, name, version }) => [id, name, version])).toEqual(
      expect.arrayContaining([
        [one.id, 'gsm8k', 1],
        [two.id, 'gsm8k', 2],
      ]),
    )
    room.service.rename(two.id, 'gsm8k')
    expect(room.service.list().find(({ id }) => id === two.id)!.version).toBe(2)
    expect(() => room.service.rename('ds_none1234', 'x')).toThrow(
      expect.objectContaining({ code: 'dataset.not_found' }) as Error,
    )
  })
})
