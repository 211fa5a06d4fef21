/** Which field most likely plays which part, from names and types that the field's data sets use. */
import type { Inspection } from '#shared/contract/datasets.ts'
import type { Column, JsonRow } from './columns.ts'
import { valueAt } from '../import/field-path.ts'

const names = {
  prompt: [
    'prompt',
    'question',
    'problem',
    'question.problem',
    'instruction',
    'query',
    'input',
    'messages',
    'conversations',
    'conversation',
  ],
  trajectory: [
    'trajectory',
    'target',
    'solution',
    'response',
    'completion',
    'output',
    'generation',
    'generated',
    'code',
    'chosen',
    'answer_cot',
    'cot',
    'rationale',
    'messages',
    'conversations',
    'conversation',
  ],
  answer: [
    'answer',
    'final_answer',
    'ground_truth',
    'reward_model.ground_truth',
    'question.ground_truth_answer',
    'expected_answer',
    'gt',
    'gold',
    'label',
    'reference',
  ],
  source: ['source', 'data_source', 'dataset', 'subset', 'type', 'subject', 'subfield', 'category', 'ability'],
} as const

const scoreName = /pass|solve|acc|correct|success|reward|score|rate|difficult|level|steps$/i
const numeric = /^(\d+\s*\/\s*\d+|-?\d+(\.\d+)?%?|true|false)$/

/** Absent parts were not found. `rows` are the parsed rows behind the columns. */
export function guessMapping(columns: readonly Column[], rows: readonly JsonRow[]): Inspection['guess'] {
  const byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]))
  const pick = (
    part: keyof typeof names,
    fits: (column: Column) => boolean,
    taken: readonly (string | undefined)[] = [],
  ) => {
    const candidates = names[part]
      .flatMap((name) => [byName.get(name), byName.get(`${name}.0`)])
      .filter(
        (column) =>
          column !== undefined && fits(column) && (!taken.includes(column.name) || column.type === 'messages'),
      )
    // A field that most rows lack is some odd row's, whatever it is called.
    return (candidates.find((column) => coverage(column!, rows) >= 0.5) ?? candidates[0])?.name
  }
  const isText = ({ type }: Column) => type === 'text'
  const prompt = pick('prompt', (column) => isText(column) || column.type === 'messages')
  // GSM8K's own form: the worked answer is the trajectory, and ends in its answer. Unless some field is called that.
  const isWorked =
    !byName.has('trajectory') &&
    rows.length > 0 &&
    rows.filter((row) => String(valueAt(row, 'answer') ?? '').includes('####')).length > rows.length / 2
  const trajectory =
    isWorked && prompt !== 'answer'
      ? 'answer'
      : pick('trajectory', (column) => isText(column) || isAnswered(column, rows), [prompt])
  const answer = isWorked
    ? undefined
    : pick('answer', ({ type }) => type === 'text' || type === 'number', [prompt, trajectory])
  const source = pick('source', (column) => isText(column) && isShort(column, rows), [prompt, trajectory, answer])
  const taken = [prompt, trajectory, answer, source]
  const scores = columns
    .filter((column) => !taken.includes(column.name) && isScore(column, rows))
    .map(({ name }) => name)
  return {
    ...(prompt && { prompt }),
    ...(trajectory && { trajectory }),
    ...(answer && { answer }),
    ...(source && { source }),
    scores: scores.slice(0, 32),
  }
}

const coverage = ({ name }: Column, rows: readonly JsonRow[]) =>
  rows.filter((row) => (valueAt(row, name) ?? null) !== null).length / rows.length

const isShort = ({ name }: Column, rows: readonly JsonRow[]) =>
  rows.every((row) => String(valueAt(row, name) ?? '').length <= 100)

/** Chat messages that hold an answer: a prompt alone is a list of messages too. */
const isAnswered = ({ name, type }: Column, rows: readonly JsonRow[]): boolean =>
  type === 'messages' &&
  rows.some((row) => {
    const value = valueAt(row, name)
    return (
      Array.isArray(value) &&
      value.some((entry) =>
        /^(assistant|gpt|model)$/i.test(String((entry as JsonRow)['role'] ?? (entry as JsonRow)['from'])),
      )
    )
  })

/** A field whose name speaks of success or difficulty, and whose values are numbers, rates or outcomes. */
function isScore({ name, type }: Column, rows: readonly JsonRow[]): boolean {
  if (!scoreName.test(name) || /\.0$/.test(name)) return false
  if (type === 'number' || type === 'boolean') return true
  const values = rows.map((row) => valueAt(row, name)).filter((value) => value !== null && value !== undefined)
  if (values.length === 0) return false
  if (type === 'text') return values.every((value) => numeric.test(String(value).trim()))
  return (
    type === 'list' &&
    values.every(
      (value) =>
        Array.isArray(value) && value.length > 0 && value.every((x) => typeof x === 'number' || typeof x === 'boolean'),
    )
  )
}
