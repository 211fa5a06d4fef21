import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { benchmarkOf, benchmarks } from './benchmarks.ts'

describe('benchmarks', () => {
  it("are the paper's six: 2,157 problems, 61 % of them GSM8K", () => {
    const total = benchmarks.reduce((sum, { problems }) => sum + problems.cleaned, 0)
    expect(total).toBe(2157)
    expect(benchmarkOf('gsm8k').problems.cleaned / total).toBeCloseTo(0.61, 2)
    expect(new Set(benchmarks.map(({ id }) => id)).size).toBe(6)
  })

  it('names the ones there are', () => expect(() => benchmarkOf('mmlu')).toThrow('There is no benchmark "mmlu".'))

  it('reads no row that has no answer', () => {
    for (const { read } of benchmarks)
      expect(read({ question: 'What?', solution: 'no box', final_answer: [] })).toBeNull()
  })
})

const data = process.env['SWITCHPOINT_DATA'] ?? path.resolve(import.meta.dirname, '../../../../shared')
if (!existsSync(data))
  process.stderr.write(`SKIPPED: benchmark files (no data folder at ${data}; set SWITCHPOINT_DATA)\n`)

describe.skipIf(!existsSync(data))('their public files', () => {
  it.each([
    ['gsm8k', 'gsm8k/test.jsonl', 1319],
    ['aime24', 'benchmarks/aime24.jsonl', 30],
    ['minerva_math', 'benchmarks/minerva_math.jsonl', 272],
    ['olympiadbench', 'benchmarks/olympiadbench.jsonl', 675],
  ])(
    '%s: every row is read, and its own answer in a box is right, a wrong one is not',
    async (id, file, count) => {
      const { read, verify, problems } = benchmarkOf(id)
      const rows = readFileSync(path.join(data, 'data', file), 'utf8')
        .trim()
        .split('\n')
        .map((line) => read(JSON.parse(line) as Record<string, unknown>))
      expect(rows).toHaveLength(count)
      expect(problems.published).toBe(count)
      expect(rows.filter((row) => row === null)).toEqual([])
      const verdicts = await Promise.all(
        rows.map(async (row) => {
          const bare = row!.answer.includes('####') ? row!.answer.split('####')[1]!.trim() : row!.answer
          const response = bare.includes('$') ? `So it is ${bare}` : `So it is \\boxed{${bare}}`
          return {
            answer: row!.answer,
            own: (await verify(row!, response)).correct,
            wrong: (await verify(row!, 'So it is \\boxed{-123456789}')).correct,
          }
        }),
      )
      expect(verdicts.filter(({ wrong }) => wrong)).toEqual([])
      // A handful of published answers hold text that nobody can read as mathematics.
      const unread = verdicts.filter(({ own }) => !own)
      expect(unread.length / count, JSON.stringify(unread.slice(0, 5))).toBeLessThan(0.01)
    },
    300_000,
  )
})
