/**
 * A dataset's narrow columns (no texts) as a table in memory: everything that filters, sorts and counts. 889,000 rows are
 * about 60 MB and load in a fraction of a second; the tables used last stay.
 */
import type { Dataset, Scorer } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { sqlText, type Duck } from '../duck.ts'
import { datasetAt, type DataFolders } from '../places.ts'
import { createLendingCache } from './lending-cache.ts'

export interface Pool {
  readonly dataset: Dataset
  /** Table of (row, line, prompt_hash, has_answer, verdict, source, s0, s1, ...). */
  readonly table: string
  readonly rowsFile: string
  /** Column of a scorer's values. Throws `input.invalid` for one that the dataset has not. */
  column(scorer: string): string
  scorer(id: string): Scorer
  /** Tries behind a pass rate, where all rows have the same; else null. */
  triesOf(scorer: string): number | null
  /** SQL for a row's length in its own unit. */
  readonly length: string
}

export interface Pools {
  /** The table stays for as long as the work runs. */
  use<T>(dataset: Dataset, work: (pool: Pool) => Promise<T>): Promise<T>
  /** Frees its memory. */
  forget(dataset: string): Promise<void>
}

/** Bytes a row takes, roughly, beside its scores. */
const rowBytes = 45
const mostBytes = 300e6

export function createPools(duck: Duck, folders: DataFolders): Pools {
  let made = 0
  const cache = createLendingCache<Pool>({
    most: mostBytes,
    cost: ({ dataset }) => dataset.rows * (rowBytes + 8 * dataset.scorers.length),
    drop: ({ table }) => duck.run(`DROP TABLE IF EXISTS ${table}`),
  })
  return {
    use: (dataset, work) => cache.use(poolKey(dataset), () => load(duck, folders, dataset, `pool_${++made}`), work),
    forget: (id) => cache.forget(`${id} `),
  }
}

/** A dataset is immutable, but scorers are added to it. */
export const poolKey = ({ id, scorers }: Dataset): string => `${id} ${scorers.map((scorer) => scorer.id).join(' ')}`

async function load(duck: Duck, folders: DataFolders, dataset: Dataset, table: string): Promise<Pool> {
  const places = datasetAt(folders, dataset.id)
  const scorers = new Map(dataset.scorers.map((scorer, i) => [scorer.id, { scorer, column: `s${i}` }]))
  const joins = [...scorers.values()].map(
    ({ scorer, column }) =>
      `LEFT JOIN (SELECT "row", value AS ${column} FROM read_parquet(${sqlText(places.scorer(scorer.id))})) USING ("row")`,
  )
  const columns = [...scorers.values()].map(({ column }) => `, ${column}`).join('')
  await duck.run(
    `CREATE TABLE ${table} AS
     SELECT "row", line, prompt_hash, answer IS NOT NULL AS has_answer, verdict, source${columns}
     FROM read_parquet(${sqlText(places.rows)}) ${joins.join(' ')}`,
  )
  const tries = new Map<string, number>()
  for (const { scorer } of scorers.values()) {
    const rate = /^of (\d+)$/.exec(scorer.unit)
    if (rate) tries.set(scorer.id, Number(rate[1]))
  }
  const find = (id: string) => scorers.get(id) ?? noScorer(dataset, id)
  return {
    dataset,
    table,
    rowsFile: places.rows,
    column: (id) => find(id).column,
    scorer: (id) => find(id).scorer,
    triesOf: (id) => tries.get(id) ?? null,
    length: scorers.get('length')?.column ?? '0',
  }
}

function noScorer(dataset: Dataset, id: string): never {
  throw new Failure({
    code: 'input.invalid',
    message: `"${dataset.name}" has no difficulty score "${id}".`,
    input: `dataset ${dataset.id}`,
    remedy: `Choose one of: ${dataset.scorers.map((scorer) => scorer.id).join(', ')}.`,
  })
}
