import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { taskOf } from '#tasks/registry.ts'
import { writeRunData, type RowText } from '../../fixtures/run-data-file.ts'
import { readRunData } from './run-data.ts'
import { paddingShare, responseMask, tokenRows } from './token-rows.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-'))
  path = join(folder, 'data.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const task = taskOf('lab')
const good: RowText = { split: 'train', id: 5, prompt: '7 +3 ?', trajectory: '7 +3 = 10 $', answer: '10' }
const wrong: RowText = { ...good, id: 6, trajectory: '7 +3 = 11 $' }
const bare: RowText = { ...good, id: 7, trajectory: '' }
const long: RowText = { ...good, id: 8, trajectory: `7 ${'+3 = 10 '.repeat(9)}$` }

describe('run data', () => {
  it('tokenises by split; test rows need no trajectory', async () => {
    writeRunData(path, [good, { ...bare, split: 'test', id: 1 }, { ...good, split: 'validation', id: 2 }])
    const data = await readRunData(path, task, 'imitated')
    expect(data.train.map((row) => row.id)).toEqual([5])
    expect(task.tokenizer.decode(data.train[0]!.responseTokens)).toBe('7 +3 = 10 $')
    expect(data.validation.map((row) => row.id)).toEqual([2])
    expect(data.test.map((row) => [row.id, row.responseTokens.length])).toEqual([[1, 0]])
    expect(data.remarks).toEqual([])
  })

  it('appends the stop token where a trajectory lacks it', async () => {
    writeRunData(path, [{ ...good, trajectory: '7 +3 = 10' }])
    const { train } = await readRunData(path, task, 'imitated')
    expect(train[0]!.responseTokens.at(-1)).toBe(task.tokenizer.stop)
  })

  it('drops wrong trajectories where experts must be right, keeps them where they are imitated, and says how many', async () => {
    writeRunData(path, [good, wrong])
    const verified = await readRunData(path, task, 'verified')
    expect(verified.train.map((row) => row.id)).toEqual([5])
    expect(verified.remarks.join()).toContain('1 of 2 trajectories end in a wrong answer: left out')
    const imitated = await readRunData(path, task, 'imitated')
    expect(imitated.train).toHaveLength(2)
    expect(imitated.remarks.join()).toContain('kept')
    const ignored = await readRunData(path, task, 'none')
    expect(ignored.remarks).toEqual([])
  })

  it('leaves out answers that go on after their end: a prefix of one would be sampled on past its stop token', async () => {
    writeRunData(path, [good, { ...good, id: 9, trajectory: '7 +3 = 10 $ 7 +3 = 10 $' }])
    const { train, remarks } = await readRunData(path, task, 'verified')
    expect(train.map((row) => row.id)).toEqual([5])
    expect(remarks).toEqual([
      '1 of 2 training rows were left out: their trajectory goes on after a token that ends it.',
    ])
    expect((await readRunData(path, task, 'documents')).train).toHaveLength(2)
  })

  it('leaves out what does not fit, counted', async () => {
    writeRunData(path, [good, bare, long])
    const { train, remarks } = await readRunData(path, task, 'imitated')
    expect(train.map((row) => row.id)).toEqual([5])
    expect(remarks).toEqual([
      '1 of 3 training rows were left out: longer than 9 prompt or 23 response tokens.',
      '1 of 3 training rows were left out: they have no trajectory.',
    ])
  })

  it('is empty when nothing is left', async () => {
    writeRunData(path, [wrong])
    await expect(readRunData(path, task, 'verified')).rejects.toMatchObject({ code: 'input.empty', input: path })
  })

  it('refuses a file whose content is not what its header says', async () => {
    writeRunData(path, [good])
    const line = JSON.stringify({ ...good, prompt: '8 +3 ?' })
    writeFileSync(path, `${JSON.stringify({ rows: 1, sha256: 'f'.repeat(64) })}\n${line}\n`)
    await expect(readRunData(path, task, 'imitated')).rejects.toMatchObject({ code: 'file.unreadable' })
    writeFileSync(path, 'no header')
    await expect(readRunData(path, task, 'imitated')).rejects.toMatchObject({ code: 'file.unreadable' })
    rmSync(path)
    await expect(readRunData(path, task, 'imitated')).rejects.toMatchObject({ code: 'file.missing' })
  })

  it('names the line of a row that is none', async () => {
    const body = `${JSON.stringify(good)}\n{"split":"tea"}\n`
    const sha256 = createHash('sha256').update(body).digest('hex')
    writeFileSync(path, `${JSON.stringify({ rows: 2, sha256 })}\n${body}`)
    await expect(readRunData(path, task, 'imitated')).rejects.toMatchObject({
      code: 'input.invalid',
      input: `${path}:3`,
    })
  })
})

describe('token rows', () => {
  const sequence = (prompt: number[], response: number[]) => ({
    promptTokens: Int32Array.from(prompt),
    responseTokens: Int32Array.from(response),
  })
  const sequences = [sequence([1, 2], [3, 4, 5]), sequence([6], [7])]

  it('pads on the right, up to the longest', () => {
    const rows = tokenRows(sequences, 9)
    expect(rows).toEqual({
      tokens: Int32Array.from([1, 2, 3, 4, 5, 6, 7, 9, 9, 9]),
      rows: 2,
      width: 5,
      lengths: Int32Array.from([5, 2]),
    })
    expect(paddingShare([rows])).toBeCloseTo(0.3, 12)
  })

  it('weighs exactly the columns that predict response tokens', () => {
    // Column t predicts the token at t+1: row 0's response stands at 2, 3, 4, row 1's at 1.
    expect([...responseMask(sequences, 6)]).toEqual([0, 1, 1, 1, 0, 1, 0, 0, 0, 0])
  })
})
