/** Rows that could not be used: how many for which reason, and the first thousand by line. */
import type { Dataset } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { sqlText, type Duck, type QueryOptions } from '../duck.ts'
import { blank, notJson } from './parse-sql.ts'

export interface StagedCounts {
  /** Rows of the staged file, blank lines included. */
  readonly staged: number
  readonly kept: number
  readonly rejected: number
}

const mostListed = 1000

export async function countStaged(duck: Duck, staged: string, options: QueryOptions): Promise<StagedCounts> {
  const [counts] = await duck.rows<StagedCounts>(
    `SELECT count(*) AS staged, count(*) FILTER (reason IS NULL) AS kept, count(*) FILTER (reason <> '${blank}') AS rejected
     FROM read_parquet(${sqlText(staged)})`,
    options,
  )
  return counts!
}

export interface RejectionFacts {
  /** The file's name, as it is shown. */
  readonly file: string
  readonly staged: string
  /** The last line has no newline after it. */
  readonly open: boolean
  readonly stagedRows: number
}

/** The first 1,000 in the file's order. What is wrong inside a line that is no JSON is said with its place. */
export async function listRejections(
  duck: Duck,
  facts: RejectionFacts,
  options: QueryOptions,
): Promise<Dataset['rejections']> {
  const rows = await duck.rows<{ place: number; line: number; reason: string; t: string | null }>(
    `SELECT file_row_number + 1 AS place, coalesce(line, file_row_number + 1) AS line, reason, t
     FROM read_parquet(${sqlText(facts.staged)}, file_row_number = true)
     WHERE reason <> '${blank}' ORDER BY place LIMIT ${mostListed}`,
    options,
  )
  return rows.map(({ place, line, reason, t }) => {
    const isTorn = facts.open && place === facts.stagedRows && reason === notJson
    const why = isTorn
      ? 'torn: the file ends in the middle of this line'
      : reason === notJson
        ? syntaxError(t ?? '')
        : reason
    return { file: facts.file, line, reason: why }
  })
}

/** `not JSON: unexpected token at column 18`. The parser here is stricter in nothing that DuckDB's accepts. */
export function syntaxError(text: string): string {
  try {
    JSON.parse(text)
    return notJson
  } catch (error) {
    const said = (error as Error).message
    const at = /position (\d+)/.exec(said)?.[1]
    const ends = /^Unexpected end|^Unterminated/.test(said) || Number(at) >= text.length
    const what = ends
      ? 'it ends in the middle'
      : at === undefined
        ? null
        : `unexpected ${shown(text[Number(at)]!)} at column ${Number(at) + 1}`
    return what === null ? notJson : `${notJson}: ${what}`
  }
}

const shown = (character: string) => (/\p{Cc}/u.test(character) ? 'control character' : JSON.stringify(character))

/** Throws `input.empty`, with the most frequent reasons, each with its first line. */
export async function refuseEmpty(
  duck: Duck,
  staged: string,
  file: string,
  columns: readonly string[],
): Promise<never> {
  const reasons = await duck.rows<{ reason: string; count: number; line: number }>(
    `SELECT reason, count(*) AS count, min(coalesce(line, file_row_number + 1)) AS line
     FROM read_parquet(${sqlText(staged)}, file_row_number = true) WHERE reason <> '${blank}'
     GROUP BY reason ORDER BY count DESC, line LIMIT 3`,
  )
  const said = reasons.map(
    ({ reason, count, line }) => `${reason} (${count.toLocaleString('en')} times, first in line ${line})`,
  )
  throw new Failure({
    code: 'input.empty',
    message: said.length === 0 ? 'The file holds no rows.' : `Not one row can be used: ${said.join('; ')}.`,
    input: file,
    remedy:
      columns.length === 0
        ? 'Choose another file.'
        : `Map the prompt and the trajectory to fields that it has: ${columns.slice(0, 40).join(', ')}.`,
  })
}
