/** From staged fields to a dataset's rows: dense row numbers in the file's order, one answer, its verdict, the prompt's hash. */
import { sqlText } from '../duck.ts'
import { promptHashSql } from './prompt-hash.ts'

export interface RowsRequest {
  readonly staged: string
  /** The mapping names a reference answer: the trajectory's own is compared with it. Otherwise it is the answer. */
  readonly hasReference: boolean
  /** SQL of (answer, final, same) for pairs of texts that differ. */
  readonly judged: string | null
  /** Every staged line is a row: its place in the file is its number, and DuckDB can work on all threads. */
  readonly isWhole: boolean
}

const blanks = `' ' || chr(9) || chr(10) || chr(13)`

/** Columns: row, line, prompt, trajectory, answer, source, verdict, prompt_hash. */
export function rowsSql({ staged, hasReference, judged, isWhole }: RowsRequest): string {
  const place = isWhole ? 'file_row_number' : 'row_number() OVER () - 1'
  const usable = `SELECT (${place})::INTEGER AS "row", coalesce(line, file_row_number + 1)::INTEGER AS line, prompt, trajectory,
      nullif(trim(answer, ${blanks}), '') AS answer, final, coalesce(source, '') AS source
    FROM read_parquet(${sqlText(staged)}, file_row_number = true) WHERE reason IS NULL`
  const numbers = judged ? `LEFT JOIN (${judged}) AS judged USING (answer, final)` : ''
  const verdict = `CASE WHEN answer = final THEN 'right' ${judged ? `WHEN same = 1 THEN 'right' WHEN same = 0 THEN 'wrong'` : ''} ELSE 'unknown' END`
  return hasReference
    ? `SELECT "row", line, prompt, trajectory, answer, source, ${verdict} AS verdict, ${promptHashSql('prompt')} AS prompt_hash
       FROM (${usable}) ${numbers}`
    : `SELECT "row", line, prompt, trajectory, final AS answer, source, 'unknown' AS verdict, ${promptHashSql('prompt')} AS prompt_hash
       FROM (${usable})`
}

/** Small groups, so that one row's text is found without unpacking a hundred thousand. */
export const copyRows = (select: string, file: string): string =>
  `COPY (${select}) TO ${sqlText(file)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)`
