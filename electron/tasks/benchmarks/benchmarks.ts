/**
 * Benchmarks: data sets with a verifier. The six of RETU (arXiv 2512.11470, section 5.1), with the sizes that remain after its
 * cleaning; the overall score weighs a benchmark by them. How a file's rows are read is said by name of field.
 */
import { Failure } from '#shared/contract/failure.ts'
import {
  benchmarkFacts,
  benchmarkIds,
  type BenchmarkFacts,
  type BenchmarkId,
} from '#shared/experiment/benchmark-names.ts'
import { finalAnswer, lastBoxed } from '../gsm8k/solution.ts'
import { verifiers } from '../registry.ts'
import type { PromptRow, Verify } from '../task.ts'

export interface Benchmark extends BenchmarkFacts {
  readonly id: BenchmarkId
  readonly verify: Verify
  /** A row of its usual file; null where it has no question, or no answer to judge by. */
  readonly read: (row: Readonly<Record<string, unknown>>) => PromptRow | null
}

/** Sampling of the paper's evaluation. */
export const evaluationSampling = { temperature: 0.7, topP: 1, maxResponseTokens: 8192 } as const

const text = (row: Readonly<Record<string, unknown>>, ...fields: readonly string[]): string | null => {
  for (const field of fields) {
    const value = row[field]
    if (typeof value === 'string' && value.trim() !== '') return value
    if (typeof value === 'number') return String(value)
  }
  return null
}

const plain = (row: Readonly<Record<string, unknown>>): PromptRow | null => {
  const [prompt, answer] = [text(row, 'question', 'problem', 'prompt'), text(row, 'answer')]
  return prompt && answer ? { prompt, answer } : null
}

/** The answer stands behind the solution's mark. */
const marked = (row: Readonly<Record<string, unknown>>): PromptRow | null => {
  const found = plain(row)
  return found && { ...found, answer: finalAnswer(found.answer) ?? found.answer }
}

/** The answer stands in the solution's box. */
const boxed = (row: Readonly<Record<string, unknown>>): PromptRow | null => {
  const [prompt, solution] = [text(row, 'question', 'problem'), text(row, 'solution')]
  const answer = text(row, 'answer') ?? (solution && lastBoxed(solution))
  return prompt && answer ? { prompt, answer: `$${answer.replace(/^\$(.*)\$$/s, '$1')}$` } : null
}

/** Several answers are written as one list; the context belongs to the question. */
const olympiad = (row: Readonly<Record<string, unknown>>): PromptRow | null => {
  const answers = row['final_answer']
  const question = text(row, 'question')
  if (!question || !Array.isArray(answers) || answers.length === 0) return null
  const context = text(row, 'context')
  return { prompt: context ? `${context}\n${question}` : question, answer: answers.join(', ') }
}

const reads: Readonly<Record<BenchmarkId, Benchmark['read']>> = {
  gsm8k: marked,
  math500: boxed,
  minerva_math: boxed,
  olympiadbench: olympiad,
  aime24: plain,
  aime25: plain,
}

export const benchmarks: readonly Benchmark[] = benchmarkIds.map((id) => ({
  id,
  ...benchmarkFacts[id],
  verify: verifiers[benchmarkFacts[id].verifier],
  read: reads[id],
}))

/** Throws `input.invalid` for an unknown id. */
export function benchmarkOf(id: string): Benchmark {
  const benchmark = benchmarks.find((candidate) => candidate.id === id)
  if (benchmark) return benchmark
  throw new Failure({
    code: 'input.invalid',
    message: `There is no benchmark "${id}".`,
    input: `benchmark "${id}"`,
    remedy: `Choose one of: ${benchmarks.map((known) => known.id).join(', ')}.`,
  })
}
