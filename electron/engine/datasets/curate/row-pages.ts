/** Pages of rows, sorted and counted in SQL over the narrow table; texts are read for the rows of the page alone. */
import type { RowDetail, RowPage, RowSummary } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { sqlText, type Duck } from '../duck.ts'
import type { Pool } from './pool.ts'
import type { Drawn } from './selection.ts'

export interface PageRequest {
  readonly pool: Pool
  readonly scorer: string
  readonly sort: 'line' | 'score' | 'length'
  readonly descending: boolean
  readonly offset: number
  readonly limit: number
  /** A table with the column `row`: only those rows; null: all. */
  readonly only: string | null
}

/** A table cell holds no more; the whole text is the row's own view. */
const promptCharacters = 500

const summaryColumns = (pool: Pool, scorer: string) =>
  `"row" AS id, line, verdict, source, ${pool.column(scorer)} AS score, ${pool.length} AS length`

export async function rowPage(duck: Duck, request: PageRequest): Promise<RowPage> {
  const { pool, scorer, sort, descending, offset, limit, only } = request
  const rows = only === null ? pool.table : `(SELECT * FROM ${pool.table} SEMI JOIN ${only} USING ("row"))`
  const direction = descending ? 'DESC' : 'ASC'
  const by = { line: '"row"', score: pool.column(scorer), length: pool.length }[sort]
  const [[counted], found] = await Promise.all([
    duck.rows<{ total: number }>(
      only === null ? `SELECT count(*) AS total FROM ${pool.table}` : `SELECT count(*) AS total FROM ${only}`,
    ),
    duck.rows<Omit<RowSummary, 'prompt' | 'answer'>>(
      `SELECT ${summaryColumns(pool, scorer)} FROM ${rows} ORDER BY ${by} ${direction} NULLS LAST, "row" ${direction} LIMIT ${limit} OFFSET ${offset}`,
    ),
  ])
  const texts = await textsOf(
    duck,
    pool,
    found.map(({ id }) => id),
  )
  return {
    total: counted!.total,
    rows: found.map((row) => ({ ...row, length: row.length ?? 0, ...texts.get(row.id)! })),
  }
}

async function textsOf(
  duck: Duck,
  pool: Pool,
  ids: readonly number[],
): Promise<Map<number, { prompt: string; answer: string | null }>> {
  if (ids.length === 0) return new Map()
  const rows = await duck.rows<{ id: number; prompt: string; answer: string | null }>(
    `SELECT "row" AS id, left(prompt, ${promptCharacters}) AS prompt, answer FROM read_parquet(${sqlText(pool.rowsFile)}) WHERE "row" IN (${ids.join(', ')})`,
  )
  return new Map(rows.map(({ id, ...texts }) => [id, texts]))
}

interface Narrow extends Omit<RowSummary, 'prompt' | 'answer'> {
  readonly prompt_hash: string
  readonly split: 'train' | 'validation' | 'test' | null
  readonly [score: `score_${number}`]: number | null
}

/** One row whole, with all its scores, its split, and why a comparing filter takes it. Throws `input.invalid` for a number that is no row. */
export async function rowDetail(duck: Duck, { pool, recipe, table, marks }: Drawn, id: number): Promise<RowDetail> {
  const scores = pool.dataset.scorers.map((each, i) => `${pool.column(each.id)} AS score_${i}`)
  const columns = [summaryColumns(pool, recipe.scorer), 'prompt_hash::VARCHAR AS prompt_hash', 'split', ...scores]
  const [[narrow], [texts]] = await Promise.all([
    duck.rows<Narrow>(
      `SELECT ${columns.join(', ')} FROM ${pool.table} LEFT JOIN (SELECT "row", split FROM ${table}) USING ("row") WHERE "row" = ${id}`,
    ),
    duck.rows<{ prompt: string; trajectory: string; answer: string | null }>(
      `SELECT prompt, trajectory, answer FROM read_parquet(${sqlText(pool.rowsFile)}) WHERE "row" = ${id}`,
    ),
  ])
  if (!narrow || !texts) {
    throw new Failure({
      code: 'input.invalid',
      message: `"${pool.dataset.name}" has no row ${id}.`,
      input: `dataset ${pool.dataset.id}`,
      remedy: `Rows go from 0 to ${pool.dataset.rows - 1}.`,
    })
  }
  const marked = async <T>(mark: string | null): Promise<T | undefined> =>
    mark === null
      ? undefined
      : (await duck.rows<T>(`SELECT * FROM (${mark}) WHERE prompt_hash = ${narrow.prompt_hash}::UBIGINT`))[0]
  const [near, overlap] = await Promise.all([
    marked<{ like_row: number }>(marks.near),
    marked<{ span: string }>(marks.benchmarks),
  ])
  const { id: row, line, verdict, source, score, length } = narrow
  return {
    ...{ id: row, line, verdict, source, score, length: length ?? 0 },
    ...texts,
    scores: Object.fromEntries(pool.dataset.scorers.map((each, i) => [each.id, narrow[`score_${i}`] ?? null])),
    inDraw: narrow.split,
    ...(marks.near !== null && { nearDuplicateOf: near?.like_row ?? null }),
    ...(marks.benchmarks !== null && { benchmarkSpan: overlap?.span ?? null }),
  }
}
