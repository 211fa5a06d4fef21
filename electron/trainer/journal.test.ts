import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalRecord } from '#shared/contract/journal.ts'
import { readJournal } from './fixtures/journal-reader.ts'
import { Journal } from './journal.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
  path = join(folder, 'metrics.journal')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const event = (step: number, text = 'x'): JournalRecord => ({ kind: 'event', step, level: 'info', text })

describe('the journal', () => {
  it('appends whole lines and knows its length', () => {
    const journal = Journal.open(path)
    journal.append(event(1))
    journal.append(event(2, 'äöü\nline'))
    expect(journal.length).toBe(statSync(path).size)
    journal.close()
    expect(readJournal(path)).toEqual([event(1), event(2, 'äöü\nline')])
  })

  it('cuts off a torn last line wherever it was torn, and keeps every whole one', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), fc.nat(), (texts, cut) => {
        rmSync(path, { force: true })
        const journal = Journal.open(path)
        texts.forEach((text, i) => journal.append(event(i, text)))
        const whole = readFileSync(path)
        journal.append(event(99, 'the torn one'))
        journal.close()
        const all = readFileSync(path)
        const torn = whole.length + (cut % (all.length - whole.length))
        writeFileSync(path, all.subarray(0, torn))
        const again = Journal.open(path)
        expect(again.length).toBe(whole.length)
        again.append(event(100))
        again.close()
        expect(readJournal(path)).toEqual([...texts.map((text, i) => event(i, text)), event(100)])
      }),
      { numRuns: 60 },
    )
  })

  it('finds the last line feed beyond its read chunk', () => {
    writeFileSync(path, `${JSON.stringify(event(1))}\n`)
    appendFileSync(path, 'y'.repeat(200_000))
    const journal = Journal.open(path)
    journal.close()
    expect(readJournal(path)).toEqual([event(1)])
  })

  it('leaves out metric values that JSON cannot carry', () => {
    const journal = Journal.open(path)
    const at = { kind: 'metrics', step: 1, flops: 1, tokens: 1, wallMs: 1 } as const
    journal.append({ ...at, values: { a: 1, b: Number.NaN, c: Number.POSITIVE_INFINITY } })
    journal.close()
    expect(readJournal(path)).toEqual([{ ...at, values: { a: 1 } }])
  })

  it('says that the disk is full, and gives its reserve back so that the end still fits', () => {
    symlinkSync('/dev/full', path) // refuses every write with ENOSPC, as a full disk does
    const journal = Journal.open(path)
    expect(existsSync(`${path}.reserve`)).toBe(true)
    expect(() => journal.append(event(1))).toThrow(expect.objectContaining({ code: 'workspace.full', input: path }))
    expect(existsSync(`${path}.reserve`)).toBe(false)
    expect(journal.length).toBe(0)
  })

  it('names a folder that is not there', () => {
    expect(() => Journal.open(join(folder, 'gone', 'metrics.journal'))).toThrow(
      expect.objectContaining({ code: 'file.unreadable' }),
    )
  })
})
