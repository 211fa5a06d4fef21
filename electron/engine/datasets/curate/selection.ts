/**
 * What a recipe comes to, computed once for all views that ask about it: what each filter takes, the quartiles, the bound,
 * and (when someone asks) a table of the drawn rows with their splits.
 */
import type { RecipeCounts, SubsetRecipe } from '#shared/contract/datasets.ts'
import { Failure } from '#shared/contract/failure.ts'
import { sqlText, type Duck } from '../duck.ts'
import { createLendingCache } from './lending-cache.ts'
import { poolKey, type Pool, type Pools } from './pool.ts'
import {
  drawSql,
  filterSteps,
  quartilesSql,
  splitSql,
  splitTargets,
  stepCountsSql,
  strategyBound,
  strategySql,
  survivorsSql,
  type FilterStep,
  type Quartiles,
  type RecipeContext,
} from './recipe-sql.ts'
import type { Marks } from '../similarity/prompt-marks.ts'
import type { DatasetStore } from '../store.ts'

/** The recipe's filters and strategy, without the draw. */
export interface Candidates extends RecipeContext {
  readonly steps: readonly FilterStep[]
  readonly quartiles: Quartiles
  /** Value that bounds Easy or Hard, when the strategy has one. */
  readonly threshold: number | null
  /** SQL of (row, prompt_hash, length, score): what the filters leave, and what the strategy leaves of that. */
  readonly survivors: string
  readonly candidates: string
}

export interface Drawn extends Candidates {
  /** Table of (row, prompt_hash, length, score, split). Where `counts.problem` says why it cannot be drawn: of what there is. */
  readonly table: string
  readonly counts: RecipeCounts
}

export interface Selections {
  candidates<R>(recipe: SubsetRecipe, work: (found: Candidates) => Promise<R>): Promise<R>
  drawn<R>(recipe: SubsetRecipe, work: (drawn: Drawn) => Promise<R>): Promise<R>
  /** SQL of the rows that hold a text, for views of the whole pool; null where the text is empty. */
  matching<R>(pool: Pool, text: string, work: (matches: string | null) => Promise<R>): Promise<R>
  forget(dataset: string): Promise<void>
}

const mostDrawnRows = 4e6
const mostMatchedRows = 8e6

export function createSelections(
  duck: Duck,
  pools: Pools,
  marks: Marks,
  store: Pick<DatasetStore, 'dataset'>,
): Selections {
  let made = 0
  const drop = (table: string) => duck.run(`DROP TABLE IF EXISTS ${table}`)
  const drawnCache = createLendingCache<Drawn>({
    most: mostDrawnRows,
    cost: ({ counts }) => counts.drawn + 10_000,
    drop: ({ table }) => drop(table),
  })
  const candidateCache = createLendingCache<Candidates>({ most: 50, cost: () => 1, drop: async () => {} })
  const takenCache = createLendingCache<Taken>({ most: 50, cost: () => 1, drop: async () => {} })
  const textCache = createLendingCache<{ table: string; rows: number }>({
    most: mostMatchedRows,
    cost: ({ rows }) => rows + 10_000,
    drop: ({ table }) => drop(table),
  })

  const withPool = async <R>(recipe: SubsetRecipe, work: (pool: Pool) => Promise<R>): Promise<R> => {
    const found = store.dataset(recipe.dataset)
    if (!found || found.removedAt !== null) throw noDataset(recipe.dataset)
    return pools.use(found.value, work)
  }
  const matching: Selections['matching'] = (pool, text, work) => {
    const words = text.trim()
    if (words === '') return work(null)
    const find = async () => {
      const table = `matches_${++made}`
      // Four times as fast as ILIKE, and folds case beyond ASCII too.
      const pattern = sqlText(`(?i)${words.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`)
      const holds = (column: string) => `regexp_matches(${column}, ${pattern})`
      await duck.run(
        `CREATE TABLE ${table} AS SELECT "row" FROM read_parquet(${sqlText(pool.rowsFile)}) WHERE ${holds('prompt')} OR ${holds('trajectory')}`,
      )
      const [found] = await duck.rows<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)
      return { table, rows: found!.rows }
    }
    return textCache.use(`${pool.dataset.id} ${words}`, find, ({ table }) => work(table))
  }
  const candidates: Selections['candidates'] = (recipe, work) =>
    withPool(recipe, (pool) =>
      matching(pool, recipe.filters.text, async (matches) => {
        const { scorer, filters, strategy, threshold } = recipe
        const marked = await marks.of(pool.dataset, filters)
        const find = () => findCandidates(duck, { pool, recipe, matches, marks: marked })
        return candidateCache.use(keyOf(pool, { scorer, filters, strategy, threshold, matches }), find, (found) =>
          work({ ...found, recipe }),
        )
      }),
    )
  return {
    matching,
    candidates,
    drawn: (recipe, work) =>
      candidates(recipe, (found) => {
        const { name: _, ...drawn } = recipe
        const { scorer, filters } = recipe
        const count = () => duck.rows<Taken>(stepCountsSql(found, found.steps)).then(([taken]) => taken!)
        const make = () =>
          takenCache.use(keyOf(found.pool, { scorer, filters, matches: found.matches }), count, (taken) =>
            draw(duck, found, taken, `drawn_${++made}`),
          )
        return drawnCache.use(keyOf(found.pool, drawn), make, work)
      }),
    async forget(dataset) {
      for (const cache of [drawnCache, candidateCache, takenCache, textCache]) await cache.forget(`${dataset} `)
    },
  }
}

export const noDataset = (id: string) =>
  new Failure({
    code: 'dataset.not_found',
    message: 'There is no such dataset.',
    input: id,
    remedy: 'List the datasets again; it may have been removed.',
  })

/** Only what a thing depends on stands in its key: a new seed leaves the quartiles where they are. */
const keyOf = (pool: Pool, facts: object): string => `${poolKey(pool.dataset)} ${pool.table} ${JSON.stringify(facts)}`

/** The pool's rows, and per step (t0, t1, ...) those that it takes. */
type Taken = Readonly<Record<string, number>>

async function findCandidates(duck: Duck, context: RecipeContext): Promise<Candidates> {
  const steps = filterSteps(context)
  const survivors = survivorsSql(context, steps)
  const [quartiles] = await duck.rows<Quartiles>(quartilesSql(survivors))
  const bound = strategyBound(context, quartiles!)
  return {
    ...context,
    steps,
    quartiles: quartiles!,
    threshold: bound?.value ?? null,
    survivors,
    candidates: strategySql(survivors, bound),
  }
}

interface DrawFacts {
  readonly drawn: number
  readonly prompts: number
  readonly mean_length: number | null
  readonly total_length: number | null
  readonly mean_score: number | null
  readonly train: number
  readonly validation: number
  readonly test: number
}

async function draw(duck: Duck, found: Candidates, taken: Taken, table: string): Promise<Drawn> {
  const { recipe, candidates } = found
  const [left] = await duck.rows<{ rows: number }>(`SELECT count(*) AS rows FROM (${candidates})`)
  const strategyRows = left!.rows
  const drawnRows = Math.min(recipe.count ?? strategyRows, strategyRows)
  const targets = splitTargets(recipe, drawnRows)
  const fits = targets.validation + targets.test <= drawnRows
  const drawn = recipe.count === null ? candidates : drawSql(candidates, recipe.count, recipe.seed)
  await duck.run(
    `CREATE TABLE ${table} AS ${splitSql(drawn, recipe.seed, fits ? targets : { validation: 0, test: 0 })} ORDER BY "row"`,
  )
  const [facts] = await duck.rows<DrawFacts>(
    `SELECT count(*) AS drawn, count(DISTINCT prompt_hash) AS prompts, avg(length) AS mean_length, sum(length) AS total_length, avg(score) AS mean_score,
            ${['train', 'validation', 'test'].map((name) => `count(*) FILTER (split = '${name}') AS ${name}`).join(', ')} FROM ${table}`,
  )
  return { ...found, table, counts: countsOf(found, taken, strategyRows, facts!, fits ? null : targets) }
}

function countsOf(
  { recipe, steps, quartiles, threshold }: Candidates,
  taken: Taken,
  strategyRows: number,
  facts: DrawFacts,
  unfit: { validation: number; test: number } | null,
): RecipeCounts {
  let left = taken['pool']!
  const lines: RecipeCounts['steps'] = [{ id: 'imported', label: 'imported', removed: 0, left, on: true }]
  for (const [i, { id, label, on }] of steps.entries()) {
    const removed = taken[`t${i}`]!
    if (on) left -= removed
    lines.push({ id, label, removed, left, on })
  }
  const unscored = left - quartiles.scored
  if ((recipe.strategy === 'easy' || recipe.strategy === 'hard') && unscored > 0) {
    left -= unscored
    lines.push({ id: 'unscored', label: 'without a score', removed: unscored, left, on: true })
  }
  const { drawn, prompts, train, validation, test } = facts
  return {
    steps: lines,
    strategyRows,
    threshold,
    drawn,
    prompts,
    meanLength: facts.mean_length,
    totalLength: facts.total_length,
    meanScore: facts.mean_score,
    splits: { train, validation, test },
    problem: problemOf(recipe, strategyRows, unfit, drawn),
  }
}

const number = (n: number) => n.toLocaleString('en')

function problemOf(
  { count }: SubsetRecipe,
  strategyRows: number,
  unfit: { validation: number; test: number } | null,
  drawn: number,
): string | null {
  if (strategyRows === 0) return 'The recipe leaves no rows.'
  if (count !== null && strategyRows < count)
    return `The recipe leaves ${number(strategyRows)} rows; ${number(count)} are to be drawn.`
  if (unfit)
    return `Validation (${number(unfit.validation)}) and test (${number(unfit.test)}) together need more rows than the ${number(drawn)} that are drawn.`
  return null
}
