/**
 * The synchronized methods on written solutions: GSM8K behind a plain question, Minerva behind a chat template. The real trainer runs;
 * what reached the optimiser is compared with the texts: where the prompt ends, which tokens are the expert's, that the stop token is
 * learned and padding is not, and that no solution with a wrong answer teaches.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { plainTemplate, type TextTask } from '#shared/experiment/task-names.ts'
import { benchmarkOf } from '#tasks/benchmarks/benchmarks.ts'
import { finalAnswer } from '#tasks/gsm8k/solution.ts'
import { promptText } from '#tasks/prompt-text.ts'
import { loadHuggingFaceTokenizer } from '#tokenizers/hugging-face.ts'
import { tokenizerFolder } from '#tokenizers/tokenizer-files.ts'
import { readJournal, recordsOf } from '../fixtures/journal-reader.ts'
import type { StageInput } from '../fixtures/lab-run.ts'
import type { RowText } from '../fixtures/run-data-file.ts'
import { writeTextRun } from '../fixtures/text-run.ts'
import { rowsOf, watchedPolicy, type TrainedRow, type WatchedCalls } from '../fixtures/watched-policy.ts'
import { Control } from '../process/control.ts'
import { runSession } from '../process/session.ts'
import { loadBackend } from '../tensor/backend.ts'

vi.setConfig({ testTimeout: 200_000 })

const data = process.env['SWITCHPOINT_DATA'] ?? path.resolve(import.meta.dirname, '../../../../shared')
if (!existsSync(data))
  process.stderr.write(`SKIPPED: synchronized methods on texts (no data folder at ${data}; set SWITCHPOINT_DATA)\n`)
const jsonLines = (file: string) =>
  readFileSync(path.join(data, 'data', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)

const root = mkdtempSync(path.join(tmpdir(), 'texts-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const tokenizer = loadHuggingFaceTokenizer(tokenizerFolder('gsm8k-512'))
const limits = { maxPromptTokens: 160, maxAnswerTokens: 140 }
const [good, bad, answers] = [10, 2, 3]

type Text = Omit<RowText, 'split' | 'id'>
interface Texts {
  readonly task: TextTask
  readonly template: string
  readonly read: () => Text[]
  readonly wrong: (text: Text) => Text
}
const sets: Record<string, Texts> = {
  gsm8k: {
    task: 'gsm8k',
    template: plainTemplate,
    read: () =>
      jsonLines('gsm8k/train.jsonl').map(({ question, answer }) => ({
        prompt: question!,
        trajectory: answer!,
        answer: finalAnswer(answer!)!,
      })),
    wrong: (text) => ({ ...text, trajectory: text.trajectory.replace(/#### .*$/, '#### 987654') }),
  },
  minerva: {
    task: 'maths',
    template: 'chat',
    read: () =>
      jsonLines('benchmarks/minerva_math.jsonl').flatMap((row) => {
        const text = benchmarkOf('minerva_math').read(row)
        return text ? [{ ...text, trajectory: row['solution']! }] : []
      }),
    wrong: (text) => ({ ...text, trajectory: `${text.trajectory} or rather $\\boxed{987654}$` }),
  },
}
type Method = 'luffy' | 'srft' | 'upt' | 'prefix-rft'

interface Trained {
  readonly rows: TrainedRow[]
  readonly calls: WatchedCalls
  readonly experts: ReadonlyMap<string, number[]>
  readonly records: ReturnType<typeof readJournal>
  readonly wrong: readonly string[]
}

/** Two steps of a method; `experts` maps a prompt's tokens to its right solution's, the stop token included. */
async function trainedOn(set: string, method: Method): Promise<Trained> {
  const { task, template, read, wrong: spoil } = sets[set]!
  const asPrompt = promptText({ template }, tokenizer.chat)
  const encoded = (text: Text) => ({
    prompt: [...tokenizer.encode(asPrompt(text.prompt))],
    response: [...tokenizer.encode(text.trajectory), tokenizer.stop],
  })
  const fitting = read().filter((text) => {
    const { prompt, response } = encoded(text)
    return prompt.length <= limits.maxPromptTokens && response.length < limits.maxAnswerTokens - 30
  })
  const right = fitting.slice(0, good)
  const wrong = fitting.slice(good, good + bad).map(spoil)
  const rows = [...right, ...wrong].map((text, id): RowText => ({ ...text, split: 'train', id }))
  const stage = { kind: 'synchronized', prompts: 4, answers, ...limits, budget: { steps: 2 }, storedPrompts: 4, objective: { type: method } } satisfies StageInput // prettier-ignore
  const folder = path.join(root, `${set}-${method}`)
  const run = writeTextRun({ folder, task, template, stage, rows })
  const { calls, makePolicy } = watchedPolicy()
  const machine = { backend: () => loadBackend(2).facts, makePolicy }
  const state = await runSession({ folder, run, machine, control: new Control(), log: () => {} })
  const records = readJournal(path.join(folder, 'metrics.journal'))
  expect([state, records.at(-1)]).toEqual(['completed', { kind: 'end', step: 2, state: 'completed', error: null }])
  const experts = new Map(right.map(encoded).map(({ prompt, response }) => [String(prompt), response]))
  return { rows: calls.trained.flatMap(rowsOf), calls, experts, records, wrong: wrong.map((text) => String(encoded(text).prompt)) } // prettier-ignore
}

/** A trained row taken apart at the end of the prompt it begins with: exactly one prompt of the data fits. */
function takenApart({ tokens }: TrainedRow, experts: Trained['experts']) {
  const prompts = [...experts.keys()].filter((prompt) => `${String(tokens)},`.startsWith(`${prompt},`))
  expect(prompts).toHaveLength(1)
  const prompt = prompts[0]!.split(',').length
  return { prompt, response: tokens.slice(prompt), expert: experts.get(prompts[0]!)! }
}

/** Response tokens on which an input is not zero; the columns of prompt and padding must be. */
function tokensUnder(row: TrainedRow, input: string, prompt: number): number[] {
  const columns = [...row.inputs[input]!.entries()].filter(([, value]) => value !== 0).map(([column]) => column)
  for (const column of columns) {
    expect(column + 1).toBeGreaterThanOrEqual(prompt)
    expect(column + 1).toBeLessThan(row.tokens.length)
  }
  return columns.map((column) => column + 1 - prompt)
}
const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

/** Everything that the sampler wrote, as prompt and answer. */
const sampled = ({ generated }: WatchedCalls): Set<string> =>
  new Set(generated.flatMap(({ request, rollouts }) => rollouts.map(({ prompt, tokens }) => String([...request.prompts[prompt]!, ...tokens])))) // prettier-ignore

describe.skipIf(!existsSync(data)).each(Object.keys(sets))('on %s', (set) => {
  it.each(['luffy', 'srft'] as const)(
    '%s: every group holds its own right solution, whole, and rollouts as sampled',
    async (method) => {
      const { rows, calls, experts, records, wrong } = await trainedOn(set, method)
      expect(rows).toHaveLength(2 * 4 * answers)
      const written = sampled(calls)
      let taught = 0
      for (const row of rows) {
        const { prompt, response, expert } = takenApart(row, experts)
        const whole = upTo(0, response.length)
        expect(tokensUnder(row, 'share', prompt)).toEqual(whole)
        expect(tokensUnder(row, 'weight', prompt)).toEqual(whole)
        const isExpert = row.inputs['expertShare']!.some((value) => value > 0)
        expect(tokensUnder(row, 'expertShare', prompt)).toEqual(isExpert ? whole : [])
        expect(tokensUnder(row, 'policyShare', prompt)).toEqual(isExpert ? [] : whole)
        if (isExpert) {
          taught++
          expect(response).toEqual(expert)
          expect(response.at(-1)).toBe(tokenizer.stop)
          expect(row.inputs['advantage']![0]).toBeGreaterThan(0)
        } else expect(written).toContain(String(row.tokens))
      }
      expect(taught).toBe(2 * 4)
      expect(calls.generated.flatMap(({ request }) => request.prompts.map((prompt) => String([...prompt])))).not.toEqual(expect.arrayContaining([...wrong])) // prettier-ignore
      expect(recordsOf(records, 'event').map(({ text }) => text)).toEqual([expect.stringContaining(`${bad} of ${good + bad} trajectories end in a wrong answer: left out`)]) // prettier-ignore
      const shown = recordsOf(records, 'samples').flatMap(({ samples }) => samples).filter(({ expert }) => expert) // prettier-ignore
      expect(shown).toHaveLength(2 * 4)
      const texts = new Set([...experts.values()].map((tokens) => tokenizer.decode(tokens)))
      for (const { response, correct } of shown) expect([texts.has(response), correct]).toEqual([true, true])
    },
  )

  it('upt: what no rollout solves is imitated, prompt and padding left out', async () => {
    const { rows, experts } = await trainedOn(set, 'upt')
    const imitated = rows.filter((row) => row.inputs['sftShare']!.some((value) => value > 0))
    expect(imitated.length).toBeGreaterThan(0)
    for (const row of imitated) {
      const { prompt, response, expert } = takenApart(row, experts)
      expect(response).toEqual(expert)
      expect(tokensUnder(row, 'sftShare', prompt)).toEqual(upTo(0, expert.length))
      expect(tokensUnder(row, 'policyShare', prompt)).toEqual([])
      expect(tokensUnder(row, 'weight', prompt)).toEqual([])
    }
  })

  it('prefix-rft: hybrids are the beginning of the solution and what the policy wrote from there', async () => {
    const { rows, calls, experts } = await trainedOn(set, 'prefix-rft')
    const written = sampled(calls)
    expect(rows).toHaveLength(2 * 4 * answers)
    let hybrids = 0
    for (const row of rows) {
      const { prompt, response, expert } = takenApart(row, experts)
      expect(written).toContain(String(row.tokens))
      expect(response.length).toBeLessThanOrEqual(limits.maxAnswerTokens)
      const prefix = tokensUnder(row, 'expertShare', prompt)
      expect(prefix).toEqual(upTo(0, prefix.length))
      expect(tokensUnder(row, 'responseShare', prompt)).toEqual(upTo(prefix.length, response.length))
      if (prefix.length === 0) continue
      hybrids++
      expect(prefix.length).toBeLessThan(expert.length)
      expect(response.length).toBeGreaterThan(prefix.length)
      expect(response.slice(0, prefix.length)).toEqual(expert.slice(0, prefix.length))
      expect(response.slice(0, prefix.length)).not.toContain(tokenizer.stop)
    }
    expect(hybrids).toBe(2 * 4)
  })
})
