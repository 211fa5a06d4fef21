import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { finalAnswer } from '#tasks/gsm8k/solution.ts'
import { verifyLab } from '#tasks/lab/verifier.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { createDuck, sqlText } from '../duck.ts'
import { hasSharedData, saySkipped, sharedFile } from '../fixtures/shared-data.ts'
import { finalAnswerSql, labAnswerSql } from './final-answer-sql.ts'
import { jsonPointer, joinPath, pathParts, valueAt } from './field-path.ts'
import { promptHashSql } from './prompt-hash.ts'

const folder = mkdtempSync(join(tmpdir(), 'rules-'))
const duck = createDuck({ scratch: join(folder, 'duck'), memoryBytes: 512e6, threads: 2 })
afterAll(async () => {
  await duck.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The value of an SQL rule for each text. */
async function applied<T>(texts: readonly string[], rule: (column: string) => string): Promise<T[]> {
  const file = join(folder, 'texts.jsonl')
  writeFileSync(file, texts.map((t) => `${JSON.stringify({ t })}\n`).join(''))
  const rows = await duck.rows<{ value: T }>(
    `SELECT ${rule('t')} AS value FROM read_json(${sqlText(file)}, format = 'newline_delimited', columns = {'t': 'VARCHAR'})`,
  )
  return rows.map(({ value }) => value)
}
const answers = (texts: readonly string[]) => applied<string | null>(texts, finalAnswerSql)

describe('the final answer in SQL', () => {
  const cases = [
    'work\n#### 72',
    '#### 5\nand then #### 7\n',
    '#### 7 \n trailing',
    '####',
    '####   ',
    'so \\boxed{\\frac{1}{2}} it is',
    '\\boxed{1} then \\boxed{a{b}c}',
    '\\boxed{\\{1, 2\\}}',
    '\\fbox{4} and \\boxed{5}',
    '\\boxed{5} and \\fbox{4}',
    '\\boxed{}',
    '\\boxed{5',
    'She makes $18.\nA: 18',
    'Thus the answer is 18.',
    'The final answer is: **$18**',
    'Answer: 18',
    'the answer is 1\nthe answer is 2\n',
    'A: 3\nthe answer is 4',
    '18',
    'it is 18 eggs',
    '',
    'the ANSWER = 7**',
    '\\boxed{五}',
    'answers are none',
  ]
  it('is what the task reads in TypeScript', async () => {
    expect(await answers(cases)).toEqual(cases.map(finalAnswer))
  })

  it('is so for any text made of the pieces that matter', async () => {
    const piece = fc.constantFrom(
      '####',
      '\\boxed{',
      '\\fbox{',
      '{',
      '}',
      '\\',
      'a',
      ' ',
      '\n',
      'A:',
      'the answer is ',
      '7',
      '.',
      '*',
      ':',
      '\t',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
          { minLength: 20, maxLength: 20 },
        ),
        async (texts) => {
          expect(await answers(texts)).toEqual(texts.map(finalAnswer))
        },
      ),
      { numRuns: 60 },
    )
  })

  saySkipped("GSM8K's solutions read in SQL")
  it.skipIf(!hasSharedData)("is so on GSM8K's solutions and on what models wrote", async () => {
    const rows = (name: string) =>
      readFileSync(sharedFile(name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    const texts = rows('gsm8k/train.jsonl').map((row) => row['answer'] as string)
    for (const row of rows('gsm8k/example_model_solutions.jsonl'))
      for (const value of Object.values(row))
        if (typeof value === 'object') texts.push((value as { solution: string }).solution)
    for (const row of rows('tora/tora-70b-gsm8k.jsonl')) texts.push((row['code'] as string[])[0]!)
    expect(texts.length).toBe(7473 + 4 * 1319 + 1319)
    expect(await answers(texts)).toEqual(texts.map(finalAnswer))
  })

  it("of a lab trace is the verifier's", async () => {
    const traces = ['7 *3 = 21 $', '7 $ 8 $', '7 *3', '$', '= $', '12 $']
    const read = await applied<string | null>(traces, labAnswerSql)
    expect(read).toEqual(traces.map((trace) => verifyLab({ prompt: '', answer: '' }, trace).answer))
  })
})

describe('the hash of a prompt', () => {
  const hashes = (texts: readonly string[]) => applied<number>(texts, (column) => `(${promptHashSql(column)})::VARCHAR`)
  it('is a fixed function: the first 8 bytes of the MD5 of the normalised text', async () => {
    const { createHash } = await import('node:crypto')
    const texts = ['How many clips?', '  How\n\nmany   CLIPS? ', 'cafe\u0301', 'café', 'Ünïcode Ä', '数学 题']
    const plain = texts.map((text) => text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase())
    const expected = plain.map((text) => createHash('md5').update(text).digest().readBigUInt64LE(0).toString())
    expect(await hashes(texts)).toEqual(expected)
  })
  it('does not mind layout and case, and tells different prompts apart', async () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'B', '7', '+', '$'), minLength: 1, maxLength: 4 })
    const blank = fc.constantFrom(' ', '  ', '\n', '\t', ' \r\n ')
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 2, maxLength: 6 }), blank, blank, async (words, one, two) => {
        const [a, b, c] = await hashes([words.join(one), ` ${words.join(two).toUpperCase()}\n`, `${words.join(one)} x`])
        expect(a).toBe(b)
        expect(a).not.toBe(c)
      }),
      { numRuns: 40 },
    )
  })
})

describe('field paths', () => {
  it('go to their parts and back, whatever is in a name', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }), (parts) => {
        expect(pathParts(joinPath(parts))).toEqual(parts)
      }),
    )
  })
  it('find what stands there, in TypeScript and as a pointer in SQL', async () => {
    const row = { a: { 'b.c': [{ 'd/e~f': 'here' }], 0: 'zero' } }
    for (const [path, value] of [
      ['a.b\\.c.0.d/e~f', 'here'],
      ['a.0', 'zero'],
      ['a.x', null],
      ['a.b\\.c.1', null],
    ] as const) {
      expect(valueAt(row, path) ?? null).toBe(value)
      const [found] = await duck.rows<{ value: string | null }>(
        `SELECT json_extract_string(${sqlText(JSON.stringify(row))}, ${sqlText(jsonPointer(path))}) AS value`,
      )
      expect(found!.value).toBe(value)
    }
  })
})
