/**
 * The paper's six benchmarks by name, apart from how their files are read (electron/tasks/benchmarks): the page and the command line
 * offer them. Source  RETU (arXiv 2512.11470), section 5.1 and appendix D.
 */
import type { TextTask } from './task-names.ts'

export const benchmarkIds = ['gsm8k', 'math500', 'minerva_math', 'olympiadbench', 'aime24', 'aime25'] as const
export type BenchmarkId = (typeof benchmarkIds)[number]

export interface BenchmarkFacts {
  readonly title: string
  /** Whose verifier judges its answers. */
  readonly verifier: TextTask
  /** Problems in the public file, and after removing those close to training data. */
  readonly problems: { readonly published: number; readonly cleaned: number }
  /** The paper's groups of scores. */
  readonly level: 'easy' | 'medium' | 'hard'
  /** Answers sampled a problem: pass@1 for large sets, avg@16 for AIME. */
  readonly samples: number
  /** Its name in the public curve files. */
  readonly curveName: string
}

const maths = { verifier: 'maths', samples: 1 } as const

export const benchmarkFacts: Readonly<Record<BenchmarkId, BenchmarkFacts>> = {
  gsm8k: { title: 'GSM8K', verifier: 'gsm8k', samples: 1, problems: { published: 1319, cleaned: 1317 }, level: 'easy', curveName: 'gsm8k' },
  math500: { ...maths, title: 'MATH-500', problems: { published: 500, cleaned: 237 }, level: 'easy', curveName: 'math' },
  minerva_math: { ...maths, title: 'Minerva Math', problems: { published: 272, cleaned: 262 }, level: 'medium', curveName: 'minerva' },
  olympiadbench: { ...maths, title: 'OlympiadBench', problems: { published: 675, cleaned: 291 }, level: 'medium', curveName: 'olympiad_bench' },
  aime24: { ...maths, title: 'AIME 2024', samples: 16, problems: { published: 30, cleaned: 25 }, level: 'hard', curveName: 'aime' },
  aime25: { ...maths, title: 'AIME 2025', samples: 16, problems: { published: 30, cleaned: 25 }, level: 'hard', curveName: 'aime25' },
} // prettier-ignore

/** A benchmark's name as the groups of scores know it: an id of ours becomes the curve files' name, any other stays. */
export const curveNameOf = (name: string): string =>
  Object.hasOwn(benchmarkFacts, name) ? benchmarkFacts[name as BenchmarkId].curveName : name
