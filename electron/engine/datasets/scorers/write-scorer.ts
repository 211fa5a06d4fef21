/** Writes a scorer's values to its own file and says what they are: range, whole numbers or not, how many are missing. */
import type { Scorer } from '#shared/contract/datasets.ts'
import { sqlText, type Duck, type QueryOptions } from '../duck.ts'
import type { ScorerKind } from './scorer-kinds.ts'

/** Null where not one row has a value: such a column is no scorer. */
export async function writeScorer(
  duck: Duck,
  { sql, ...kind }: ScorerKind,
  file: string,
  options: QueryOptions = {},
): Promise<Scorer | null> {
  await duck.run(
    `COPY (SELECT "row", value, hits, tries FROM (${sql}) ORDER BY "row") TO ${sqlText(file)} (FORMAT parquet, COMPRESSION zstd)`,
    options,
  )
  const [facts] = await duck.rows<
    Omit<Scorer, keyof typeof kind> & { values: number; tries: number | null; mixed: boolean; percent: boolean }
  >(
    `SELECT count(*) - count(value) AS missing, count(value) AS values, min(value) AS min, max(value) AS max,
            coalesce(bool_and(value = floor(value) AND abs(value) < 1e15), false) AS integer,
            max(tries) AS tries, coalesce(min(tries) <> max(tries) OR count(tries) < count(value), false) AS mixed
     FROM read_parquet(${sqlText(file)})`,
    options,
  )
  const { missing, values, min, max, integer, tries, mixed } = facts!
  if (values === 0) return null
  const isRate = tries !== null && !mixed
  return { ...kind, unit: isRate ? `of ${tries}` : kind.unit, missing, min, max, integer: integer && !isRate }
}
