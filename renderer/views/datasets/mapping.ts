/** The mapping form's rules: which column plays which part, and what keeps it from being complete. Pure. */
import type { ColumnMapping, Inspection } from '#shared/contract/datasets.ts'
import type { BenchmarkId } from '#shared/experiment/benchmark-names.ts'

/** As the form holds it: '' for a part that no column plays. */
export interface DraftMapping {
  prompt: string
  trajectory: string
  answer: string
  source: string
  scores: string[]
  /** '' , or the benchmark whose file this is: its own descriptor then reads the rows. */
  benchmark: BenchmarkId | ''
}

export function mappingProblem(draft: DraftMapping, { columns }: Pick<Inspection, 'columns'>): string | null {
  if (draft.benchmark !== '') return null
  if (draft.prompt === '') return 'Choose the column that holds the prompt.'
  if (draft.prompt === draft.trajectory) return 'Prompt and trajectory are the same column.'
  const known = new Set(columns.map(({ name }) => name))
  const stranger = [draft.prompt, draft.trajectory, draft.answer, draft.source, ...draft.scores].find(
    (column) => column !== '' && !known.has(column),
  )
  return stranger === undefined ? null : `There is no column “${stranger}”.`
}

/** What rows of this mapping are not good for, where a part is missing. */
export function mappingLimits({ trajectory, answer }: Pick<DraftMapping, 'trajectory' | 'answer'>): string | null {
  if (trajectory !== '') return null
  return answer === ''
    ? 'Prompts alone serve as a benchmark to filter against. RL needs a final answer to verify; SFT and the synchronized methods need trajectories.'
    : 'Prompts with answers are enough for RL and its evaluations. SFT, synchronized methods and difficulty by steps or length need trajectories.'
}

export const completeMapping = ({
  prompt,
  trajectory,
  answer,
  source,
  scores,
}: Omit<DraftMapping, 'benchmark'>): ColumnMapping => ({
  prompt,
  ...(trajectory && { trajectory }),
  ...(answer && { answer }),
  ...(source && { source }),
  scores,
})

/** Columns that may hold a difficulty: numbers that play no other part. */
export const scoreColumns = ({ columns }: Pick<Inspection, 'columns'>): readonly string[] =>
  columns
    .filter(({ type, example }) => /int|double|float|decimal|number|numeric|real/i.test(type) || isNumber(example))
    .map(({ name }) => name)

const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text))

/** `gsm8k-train` of `gsm8k-train.jsonl.gz`. */
export const nameFor = (fileName: string): string =>
  fileName.replace(/\.(gz|zst)$/i, '').replace(/\.(jsonl|ndjson|json|csv|tsv|parquet|txt)$/i, '') || 'dataset'
