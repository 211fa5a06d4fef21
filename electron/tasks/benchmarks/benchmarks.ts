/**
 * Benchmarks: data sets with a verifier. The six of RETU (arXiv 2512.11470, section 5.1), with the sizes that remain after its
 * cleaning; the overall score weighs a benchmark by them. How a file's rows are read is said by name of field.
 */
import { Failure } from '#shared/contract/failure.ts'
import { lastBoxed } from '../gsm8k/solution.ts'
import { verifyGsm8k } from '../gsm8k/verifier.ts'
import { verifyMaths } from '../maths/verifier.ts'
import type { PromptRow, Verify } from '../task.ts'

export interface Benchmark {
  readonly id: string
  readonly title: string
  /** Problems in the public file, and after removing those close to training data. */
  readonly problems: { readonly published: number; readonly cleaned: number }
  /** The paper's groups of scores. */
  readonly level: 'easy' | 'medium' | 'hard'
  /** Answers sampled a problem: pass@1 for large sets, avg@16 for AIME. */
  readonly samples: number
  readonly verify: Verify
  /** A row of its usual file; null where it has no answer to judge by. */
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

export const benchmarks: readonly Benchmark[] = [
  {
    id: 'gsm8k',
    title: 'GSM8K',
    problems: { published: 1319, cleaned: 1317 },
    level: 'easy',
    samples: 1,
    verify: verifyGsm8k,
    read: plain,
  },
  {
    id: 'math500',
    title: 'MATH-500',
    problems: { published: 500, cleaned: 237 },
    level: 'easy',
    samples: 1,
    verify: verifyMaths,
    read: boxed,
  },
  {
    id: 'minerva_math',
    title: 'Minerva Math',
    problems: { published: 272, cleaned: 262 },
    level: 'medium',
    samples: 1,
    verify: verifyMaths,
    read: boxed,
  },
  {
    id: 'olympiadbench',
    title: 'OlympiadBench',
    problems: { published: 675, cleaned: 291 },
    level: 'medium',
    samples: 1,
    verify: verifyMaths,
    read: olympiad,
  },
  {
    id: 'aime24',
    title: 'AIME 2024',
    problems: { published: 30, cleaned: 25 },
    level: 'hard',
    samples: 16,
    verify: verifyMaths,
    read: plain,
  },
  {
    id: 'aime25',
    title: 'AIME 2025',
    problems: { published: 30, cleaned: 25 },
    level: 'hard',
    samples: 16,
    verify: verifyMaths,
    read: plain,
  },
]

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
