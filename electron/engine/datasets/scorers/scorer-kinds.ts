/**
 * What can say how hard a row is. Each kind is a title, a unit, which end is hard, and SQL; its values go to a file of their
 * own, so that a new one never touches the rows.
 */
import { operatorClasses } from '#tokenizers/lab.ts'
import type { Dataset, Scorer } from '#shared/contract/datasets.ts'
import { sqlText } from '../duck.ts'

export interface ScorerKind extends Pick<Scorer, 'id' | 'title' | 'unit' | 'harder'> {
  /** SQL of (row, value, hits, tries); hits and tries are null but for pass rates of k in n. */
  readonly sql: string
}

type Task = Dataset['task']

/** Scorers that a task's rows carry in themselves. `rowsFile` holds the dataset's rows. */
export function builtInScorers(task: Task, hasTrajectories: boolean, rowsFile: string): ScorerKind[] {
  const of = (value: string) =>
    `SELECT "row", (${value})::DOUBLE AS value, NULL::DOUBLE AS hits, NULL::DOUBLE AS tries FROM read_parquet(${sqlText(rowsFile)})`
  const words = (text: string) => `len(list_filter(string_split(${text}, ' '), lambda w: w <> ''))`
  if (task === 'lab') {
    const novel = operatorClasses.novel.map(sqlText).join(', ')
    return [
      { id: 'operators', title: 'Operators', unit: 'operators', harder: 'higher', sql: of(`${words('prompt')} - 2`) },
      {
        id: 'novel',
        title: 'Novel operators',
        unit: 'operators',
        harder: 'higher',
        sql: of(`len(list_filter(string_split(prompt, ' '), lambda w: w IN (${novel})))`),
      },
      { id: 'length', title: 'Length', unit: 'tokens', harder: 'higher', sql: of(words('trajectory')) },
    ]
  }
  const length: ScorerKind = hasTrajectories
    ? { id: 'length', title: 'Length', unit: 'characters', harder: 'higher', sql: of('length(trajectory)') }
    : { id: 'length', title: 'Prompt length', unit: 'characters', harder: 'higher', sql: of('length(prompt)') }
  if (task !== 'gsm8k') return [length]
  const steps = `len(regexp_extract_all(trajectory, '<<[^<>]*=[^<>=]*>>'))`
  return [{ id: 'steps', title: 'Calculation steps', unit: 'steps', harder: 'higher', sql: of(steps) }, length]
}

export const columnScorerId = (path: string) => `column:${path}`

/**
 * A number from a column of the file: plain, true or false, `43%`, `4/16` (a pass rate), or a list of outcomes `[1,0,1]`.
 * `values` gives (row, text).
 */
export function columnScorer(path: string, values: string): ScorerKind {
  const outcomes = `from_json(replace(replace(text, 'true', '1'), 'false', '0'), '["DOUBLE"]')`
  return {
    id: columnScorerId(path),
    title: path,
    unit: '',
    harder: harderEnd(path),
    sql: `SELECT "row", CASE WHEN tries > 0 THEN hits / tries WHEN tries IS NULL AND isfinite(number) THEN number END AS value, hits, tries
      FROM (SELECT "row",
              CASE WHEN fraction THEN TRY_CAST(split_part(text, '/', 1) AS DOUBLE) WHEN list THEN list_sum(${outcomes}) END AS hits,
              CASE WHEN fraction THEN TRY_CAST(split_part(text, '/', 2) AS DOUBLE) WHEN list THEN len(${outcomes}) END AS tries,
              CASE WHEN fraction OR list THEN NULL WHEN lower(text) = 'true' THEN 1 WHEN lower(text) = 'false' THEN 0
                   ELSE TRY_CAST(rtrim(text, '%') AS DOUBLE) END AS number
            FROM (SELECT "row", trim(text) AS text, regexp_full_match(trim(text), '\\d+\\s*/\\s*\\d+') AS fraction,
                         regexp_full_match(text, '\\[\\s*([-+.0-9eE]+|true|false)(\\s*,\\s*([-+.0-9eE]+|true|false))*\\s*\\]') AS list
                  FROM (${values})))`,
  }
}

/** Rates of success are hard at their low end; everything else is taken for a difficulty. */
export function harderEnd(path: string): Scorer['harder'] {
  const name = path.toLowerCase()
  if (/difficult|level|fail|error|hard|loss|perplex|entropy/.test(name)) return 'higher'
  return /pass|solve|acc|correct|success|reward|score|rate|win|quality|easy|outcome/.test(name) ? 'lower' : 'higher'
}
