import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calculationSteps } from './solution.ts'
import { verifyGsm8k } from './verifier.ts'

const verdict = (answer: string, response: string) => verifyGsm8k({ prompt: '', answer }, response)

describe('verifyGsm8k', () => {
  it.each([
    ['72', '... #### 72', true],
    ['72', '... #### 72.0', true],
    ['72', '... #### $72', true],
    ['72', '... #### 72 clips', true],
    ['1,200', '#### 1200', true],
    ['0.5', '#### 1/2', true],
    ['work\n#### 72', 'the answer is 72.', true],
    ['72', '#### 73', false],
    ['72', '#### -72', false],
    ['72', '#### 72 or 73', false],
    ['72', '72', false],
    ['72', '', false],
    ['72', '#### 7 2', false],
    ['yes', '#### yes', true],
    ['yes', '#### no', false],
  ])('gold %j, response %j: %s', (answer, response, correct) => {
    expect(verdict(answer, response)).toMatchObject({ correct, reward: correct ? 1 : 0 })
  })

  it('says why', () => {
    expect(verdict('72', 'hm').reason).toBe('no final answer')
    expect(verdict('72', '#### many').reason).toBe('not a number')
    expect(verdict('72', '#### 73').reason).toBe('73, expected 72')
    expect(verdict('72', '#### 72').reason).toBeNull()
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => void verdict(a, `#### ${b}`)))
  })
})

const data = process.env['SWITCHPOINT_DATA'] ?? path.resolve(import.meta.dirname, '../../../../shared')
if (!existsSync(data))
  process.stderr.write(`SKIPPED: GSM8K's own rows (no data folder at ${data}; set SWITCHPOINT_DATA)\n`)

describe.skipIf(!existsSync(data))("GSM8K's own rows", () => {
  const rows = <T>(name: string) =>
    readFileSync(path.join(data, 'data/gsm8k', name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as T)

  it('every solution agrees with its own answer, and nearly all have steps', () => {
    for (const name of ['train.jsonl', 'test.jsonl']) {
      const all = rows<{ question: string; answer: string }>(name)
      const disagree = all.filter(({ answer }) => !verdict(answer.split('####')[1]!, answer).correct)
      expect(disagree).toEqual([])
      const stepless = all.filter(({ answer }) => calculationSteps(answer).length === 0)
      expect(stepless.length / all.length).toBeLessThan(0.02)
    }
  })

  it("agrees with the data set's own verdicts on four models' solutions", () => {
    type Attempt = { is_correct: boolean; solution: string }
    type Row = { ground_truth: string } & Record<string, Attempt>
    const models = ['6b_finetuning', '6b_verification', '175b_finetuning', '175b_verification']
    let total = 0
    const differ: string[] = []
    for (const row of rows<Row>('example_model_solutions.jsonl'))
      for (const model of models) {
        const { is_correct, solution } = row[model]!
        total++
        if (verdict(row.ground_truth, solution).correct !== is_correct)
          differ.push(`${row.ground_truth}\n---\n${solution}`)
      }
    expect(total).toBe(4 * 1319)
    expect(differ).toEqual([])
  })
})
