import { createRouterClient } from '@orpc/server'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EngineContext } from '../context.ts'
import { openRoom, type Room } from '../datasets/fixtures/room.ts'
import { createJobs, type Jobs } from '../jobs.ts'
import { curate } from './curate.ts'
import { datasets } from './datasets.ts'
import { jobs as jobsArea } from './jobs.ts'
import { subsets } from './subsets.ts'
import { uploads } from './uploads.ts'

let room: Room
let jobs: Jobs
const noticed: string[] = []
beforeEach(() => {
  room = openRoom()
  jobs = createJobs({ now: Date.now, changed: (id) => noticed.push(id) })
})
afterEach(async () => {
  await jobs.close()
  await room.close()
})

/** The procedures as a client calls them: inputs parsed by the contract, errors as facts. Parts of an engine that no call here reaches are left out. */
const client = () =>
  createRouterClient(
    { datasets, curate, subsets, uploads, jobs: jobsArea },
    { context: { datasets: room.service, jobs } as unknown as EngineContext },
  )
const rows = Array.from({ length: 40 }, (_, i) => ({
  prompt: `question ${i}`,
  trajectory: `work \\boxed{${i}}`,
  answer: String(i),
}))
const failure = (code: string) =>
  expect.objectContaining({ code: 'FAILURE', data: expect.objectContaining({ code }) as unknown }) as Error

describe('the datasets area', () => {
  it('takes a file from a drop to an export', async () => {
    const { datasets, curate, subsets, uploads, jobs: jobList } = client()
    const bytes = new Blob(rows.map((row) => `${JSON.stringify(row)}\n`))
    const { id: upload } = await uploads.begin({ name: 'mine.jsonl', bytes: bytes.size })
    await uploads.append({ id: upload, offset: 0, data: bytes.slice(0, 100) })
    expect(await uploads.append({ id: upload, offset: 100, data: bytes.slice(100) })).toEqual({ received: bytes.size })
    const path = `upload:${upload}`
    expect(await datasets.inspect({ path })).toMatchObject({
      path,
      format: 'jsonl',
      task: 'text',
      guess: { prompt: 'prompt', trajectory: 'trajectory', answer: 'answer' },
    })
    const { job } = await datasets.import({ path, name: 'mine' })
    const dataset = (await jobs.finished(job))!
    expect((await jobList.list({})).jobs[0]).toMatchObject({
      id: job,
      kind: 'import',
      label: 'Importing mine.jsonl',
      state: 'done',
      result: dataset,
      error: null,
    })
    expect((await datasets.list({})).datasets).toMatchObject([{ id: dataset, name: 'mine', rows: 40 }])
    const recipe = { dataset, name: 'half', scorer: 'length', count: 20 }
    expect(await curate.counts({ recipe })).toMatchObject({ drawn: 20, splits: { train: 16, validation: 2, test: 2 } })
    expect((await curate.histogram({ recipe })).pool.reduce((a, b) => a + b)).toBe(40)
    expect((await curate.rows({ recipe, drawn: true })).total).toBe(20)
    expect((await curate.row({ recipe, id: 3 })).prompt).toBe('question 3')
    expect((await curate.heatMap({ dataset, x: 'length', y: 'length' })).cells.length).toBeGreaterThan(0)
    expect((await curate.sources({ dataset })).sources).toEqual([{ source: '', rows: 40 }])
    const subset = await subsets.create({ recipe })
    expect((await subsets.list({})).subsets).toEqual([subset])
    expect(await subsets.export({ id: subset.id, path: null })).toMatchObject({ rows: 20 })
    await subsets.remove({ id: subset.id })
    await subsets.restore({ id: subset.id })
    await datasets.rename({ id: dataset, name: 'yours' })
    expect((await subsets.list({})).subsets[0]).toMatchObject({ datasetName: 'yours' })
    await datasets.remove({ id: dataset })
    expect((await datasets.list({})).datasets).toEqual([])
    await datasets.restore({ id: dataset })
  })

  it('makes lab data as a job, and notes where the same rows are there already', async () => {
    const { datasets } = client()
    const made = await datasets.generateLab({ set: 'hard', rows: 50, seed: 1 })
    const again = await datasets.generateLab({ set: 'hard', rows: 50, seed: 1 })
    expect(await jobs.finished(again.job)).toBe(await jobs.finished(made.job))
    const notes = jobs.list().map(({ note }) => note ?? null)
    expect(notes.filter((note) => note?.startsWith('The same rows are already here as'))).toHaveLength(1)
  })

  it('says at once what is wrong with a path, and in the job what is wrong with the rows', async () => {
    const { datasets } = client()
    await expect(datasets.import({ path: '/no/such/file.jsonl' })).rejects.toThrow(failure('file.missing'))
    await expect(datasets.import({ path: '/dev/zero' })).rejects.toThrow(failure('input.invalid'))
    await expect(datasets.import({ path: 'upload:up_none1234' })).rejects.toThrow(failure('input.invalid'))
    const { job } = await datasets.import({ path: room.lines('bad.jsonl', ['{', '{']) })
    await expect(jobs.finished(job)).rejects.toThrow()
    expect(jobs.list()[0]).toMatchObject({
      state: 'failed',
      error: { code: 'input.empty', message: 'Not one row can be used: not JSON (2 times, first in line 1).' },
    })
  })

  it('cancels an import through its job', async () => {
    const { datasets, jobs: jobList } = client()
    const path = room.lines(
      'big.jsonl',
      Array.from({ length: 50_000 }, (_, i) => ({ prompt: `question ${i} ${'x'.repeat(200)}`, trajectory: 'A' })),
    )
    const { job } = await datasets.import({ path })
    await jobList.cancel({ id: job })
    await expect(jobs.finished(job)).rejects.toMatchObject({ code: 'cancelled' })
    expect(jobs.list()[0]!.state).toBe('cancelled')
    expect((await datasets.list({})).datasets).toEqual([])
  })

  it('refuses malformed and hostile calls with typed errors', async () => {
    const { curate, datasets, uploads } = client()
    const { job } = await datasets.import({ path: room.lines('fine.jsonl', rows) })
    const dataset = (await jobs.finished(job))!
    const recipe = { dataset, name: 'x', scorer: 'length' }
    const odd = [
      { ...recipe, scorer: `"; DROP TABLE pool_1; --` },
      { ...recipe, dataset: `ds_x'; DROP` },
      { ...recipe, seed: -1 },
      { ...recipe, threshold: Number.NaN },
      { ...recipe, filters: { range: [Number.POSITIVE_INFINITY, null] as [number, null] } },
      { ...recipe, count: 1.5 },
      { ...recipe, more: true },
    ]
    for (const each of odd)
      await expect(curate.counts({ recipe: each }), JSON.stringify(each)).rejects.toThrow(
        expect.objectContaining({ status: expect.any(Number) as number }) as Error,
      )
    for (const text of [
      `'; DROP TABLE x; --`,
      '\\',
      '(',
      '[a',
      'a{1000000}',
      '%_',
      '\0',
      '\\Q',
      '\ud800',
      '(?i',
      '$',
      '^',
      '"',
    ])
      expect(
        (await curate.rows({ recipe: { ...recipe, filters: { text } } })).rows.length,
        text,
      ).toBeGreaterThanOrEqual(0)
    expect((await curate.rows({ recipe: { ...recipe, filters: { text: '\\BOXED{1}' } } })).total).toBe(1)
    await expect(uploads.append({ id: 'up_none1234', offset: 0, data: 'text' as unknown as Blob })).rejects.toThrow()
    expect((await datasets.list({})).datasets).toHaveLength(1)
    const huge = {
      ...recipe,
      seed: Number.MAX_SAFE_INTEGER,
      filters: { maxLength: Number.MAX_SAFE_INTEGER, range: [-1e308, 1e308] as [number, number] },
    }
    expect(await curate.counts({ recipe: huge })).toMatchObject({ drawn: 40 })
    expect((await curate.rows({ recipe, offset: Number.MAX_SAFE_INTEGER })).rows).toEqual([])
  })
})
