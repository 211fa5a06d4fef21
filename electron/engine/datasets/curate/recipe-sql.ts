/**
 * A recipe in SQL: which rows each filter takes away, which rows a strategy leaves, which are drawn, and which split each
 * prompt goes to. All of curation reads a recipe through this file (docs/methods/curation.md has the definitions).
 */
import type { SubsetRecipe } from '#shared/contract/datasets.ts'
import { sqlNumber } from '../duck.ts'
import { promptWordSql, withKey } from './draw-key.ts'
import type { PromptMarks } from '../similarity/prompt-marks.ts'
import type { Pool } from './pool.ts'

export interface FilterStep {
  readonly id: string
  readonly label: string
  readonly on: boolean
  /** SQL that is true for rows it takes away; of a filter that is off, for those it would take. `unique`: later rows of a prompt. */
  readonly takes: string | 'unique'
}

export interface RecipeContext {
  readonly pool: Pool
  readonly recipe: SubsetRecipe
  /** Table of the rows that hold the recipe's text; null where it names none. */
  readonly matches: string | null
  readonly marks: PromptMarks
}

const count = (n: number) => n.toLocaleString('en')

/** In the order in which they act. Duplicates come last, so that a prompt is kept as long as one of its rows passes the rest. */
export function filterSteps({ pool, recipe, matches, marks }: RecipeContext): FilterStep[] {
  const { answerMissing, answerWrong, duplicatePrompts, range, maxLength, text, nearDuplicates } = recipe.filters
  const scorer = pool.scorer(recipe.scorer)
  const score = pool.column(recipe.scorer)
  const [low, high] = range
  const hasRange = low !== null || high !== null
  const outside = [`${score} IS NULL`]
  if (low !== null) outside.push(`${score} < ${sqlNumber(low)}`)
  if (high !== null) outside.push(`${score} > ${sqlNumber(high)}`)
  const lengthUnit = pool.dataset.scorers.find(({ id }) => id === 'length')?.unit ?? 'characters'
  return [
    { id: 'answerMissing', label: 'no final answer', on: answerMissing, takes: 'NOT has_answer' },
    { id: 'answerWrong', label: 'answer wrong', on: answerWrong, takes: `verdict = 'wrong'` },
    ...markStep('nearDuplicates', `near-duplicate ≥ ${nearDuplicates}`, marks.near),
    ...markStep('benchmarks', 'in a benchmark (8 words)', marks.benchmarks),
    {
      id: 'maxLength',
      label: maxLength === null ? 'too long' : `longer than ${count(maxLength)} ${lengthUnit}`,
      on: maxLength !== null,
      takes: maxLength === null ? 'false' : `${pool.length} > ${maxLength}`,
    },
    {
      id: 'text',
      label: text.trim() === '' ? 'without a text' : `without “${text.trim()}”`,
      on: matches !== null,
      takes: matches === null ? 'false' : `NOT "row" IN (SELECT "row" FROM ${matches})`,
    },
    {
      id: 'range',
      label: hasRange ? `${scorer.title} outside ${rangeWords(low, high)}` : `${scorer.title} outside a range`,
      on: hasRange,
      takes: hasRange ? `(${outside.join(' OR ')})` : 'false',
    },
    { id: 'duplicatePrompts', label: 'duplicate prompt', on: duplicatePrompts, takes: 'unique' },
  ]
}

/** Only there when the recipe asks: what it would take is not known before the prompts were compared. */
const markStep = (id: string, label: string, marked: string | null): FilterStep[] =>
  marked === null ? [] : [{ id, label, on: true, takes: `prompt_hash IN (SELECT prompt_hash FROM (${marked}))` }]

const rangeWords = (low: number | null, high: number | null) =>
  low === null ? `≤ ${high}` : high === null ? `≥ ${low}` : low === high ? `${low}` : `${low} to ${high}`

/** WHERE of the rows that the first steps leave; `upTo` limits it to the steps before that one. */
const passes = (steps: readonly FilterStep[]): string =>
  steps
    .filter(({ on, takes }) => on && takes !== 'unique')
    .map(({ takes }) => `NOT coalesce(${takes}, false)`)
    .join(' AND ') || 'true'

/** SQL of one row: the pool's size, and per step how many rows it takes (t0, t1, ...) at its place. */
export function stepCountsSql({ pool }: RecipeContext, steps: readonly FilterStep[]): string {
  const taken = steps.map(({ takes }, i) => {
    const before = passes(steps.slice(0, i))
    return takes === 'unique'
      ? `count(*) FILTER (${before}) - count(DISTINCT prompt_hash) FILTER (${before}) AS t${i}`
      : `count(*) FILTER (${before} AND ${takes}) AS t${i}`
  })
  return `SELECT count(*) AS pool, ${taken.join(', ')} FROM ${pool.table}`
}

/** SQL of (row, prompt_hash, length, score): the rows that all filters leave. */
export function survivorsSql({ pool, recipe }: RecipeContext, steps: readonly FilterStep[]): string {
  const left = `SELECT "row", prompt_hash, ${pool.length} AS length, ${pool.column(recipe.scorer)} AS score FROM ${pool.table} WHERE ${passes(steps)}`
  if (!steps.some(({ on, takes }) => on && takes === 'unique')) return left
  return `SELECT * FROM (${left}) SEMI JOIN (SELECT min("row") AS "row" FROM (${left}) GROUP BY prompt_hash) USING ("row")`
}

/**
 * SQL of one row: (scored, q1, median, q3) of a relation with `score`. q1 is the least value with at least a quarter of the
 * scored rows at or below it, q3 the greatest with at least a quarter at or above it, so ties at a quartile belong to it.
 */
export const quartilesSql = (rows: string): string =>
  `SELECT coalesce(max(total), 0) AS scored, min(score) FILTER (upto >= ceil(total / 4)) AS q1,
          min(score) FILTER (upto >= ceil(total / 2)) AS median, max(score) FILTER (total - upto + n >= ceil(total / 4)) AS q3
   FROM (SELECT score, n, sum(n) OVER (ORDER BY score) AS upto, sum(n) OVER () AS total
         FROM (SELECT score, count(*) AS n FROM (${rows}) WHERE score IS NOT NULL GROUP BY score))`

export interface Quartiles {
  readonly scored: number
  readonly q1: number | null
  readonly median: number | null
  readonly q3: number | null
}

/** The value that bounds Easy or Hard, and which side of it is in; null for strategies that have none. */
export function strategyBound(
  { pool, recipe }: RecipeContext,
  { q1, q3 }: Quartiles,
): { value: number | null; side: 'below' | 'above' } | null {
  const { strategy, threshold } = recipe
  if (strategy !== 'easy' && strategy !== 'hard') return null
  const side = (strategy === 'hard') === (pool.scorer(recipe.scorer).harder === 'higher') ? 'above' : 'below'
  return { value: threshold ?? (side === 'above' ? q3 : q1), side }
}

/** SQL of (row, prompt_hash, length, score): the rows from which is drawn. */
export function strategySql(survivors: string, bound: ReturnType<typeof strategyBound>): string {
  if (bound === null) return survivors
  if (bound.value === null) return `SELECT * FROM (${survivors}) WHERE false`
  return `SELECT * FROM (${survivors}) WHERE score ${bound.side === 'above' ? '>=' : '<='} ${sqlNumber(bound.value)}`
}

/** SQL of a random draw of `rows` without replacement: those with the least keys. A smaller draw is part of a larger one. */
export const drawSql = (candidates: string, rows: number, seed: number): string =>
  `SELECT "row", prompt_hash, length, score FROM (${withKey(candidates, '"row"', seed, 'draw')}) ORDER BY key, "row" LIMIT ${rows}`

export interface SplitTargets {
  readonly validation: number
  readonly test: number
}

/** Rows for a share below 1 of `rows`, or the number itself from 1 on. */
const target = (asked: number, rows: number) => Math.round(asked < 1 ? asked * rows : asked)
export const splitTargets = ({ split }: SubsetRecipe, rows: number): SplitTargets => ({
  validation: target(split.validation, rows),
  test: target(split.test, rows),
})

/** Prompts looked through beyond the targets for single rows that fill a split up exactly. */
const slack = 4096

/**
 * SQL of (row, prompt_hash, length, score, split). Prompts stand in the order of their keys; test takes them from the front
 * as long as they fit, then single-row prompts further on until it has exactly its rows; validation likewise from what is
 * left. Whole prompts only: no prompt is in two splits.
 */
export function splitSql(drawn: string, seed: number, { validation, test }: SplitTargets): string {
  const prompts = withKey(
    'SELECT prompt_hash, count(*) AS n FROM drawn GROUP BY prompt_hash',
    promptWordSql,
    seed,
    'split',
  )
  return `WITH drawn AS MATERIALIZED (${drawn}),
      first AS (SELECT prompt_hash, n, key FROM (${prompts}) ORDER BY key, prompt_hash LIMIT ${validation + test + slack}),
      tested AS MATERIALIZED (${takeWhole('first', test)}),
      validated AS (${takeWhole('(SELECT prompt_hash, n, key FROM tested WHERE NOT taken)', validation)}),
      placed AS (SELECT prompt_hash, 'test' AS split FROM tested WHERE taken
                 UNION ALL SELECT prompt_hash, 'validation' AS split FROM validated WHERE taken)
    SELECT "row", prompt_hash, length, score, coalesce(split, 'train') AS split FROM drawn LEFT JOIN placed USING (prompt_hash)`
}

function takeWhole(prompts: string, rows: number): string {
  const order = 'OVER (ORDER BY key, prompt_hash ROWS UNBOUNDED PRECEDING)'
  return `SELECT prompt_hash, n, key, upto <= ${rows} OR (n = 1 AND filler <= ${rows} - front) AS taken
    FROM (SELECT *, coalesce(max(upto) FILTER (upto <= ${rows}) OVER (), 0) AS front, sum((upto > ${rows} AND n = 1)::INTEGER) ${order} AS filler
          FROM (SELECT prompt_hash, n, key, sum(n) ${order} AS upto FROM ${prompts}))`
}
