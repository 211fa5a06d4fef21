/** Recipes as the Curate view makes and keeps them: the default of a dataset, the address of one, and whether two are one. Pure. */
import type { Dataset, SubsetRecipe } from '#shared/contract/datasets.ts'

/** In the order of the strategy buttons. (The schema's own list would bring all of zod into the page.) */
export const strategies = ['easy', 'uniform', 'hard', 'all'] as const satisfies readonly SubsetRecipe['strategy'][]
export const strategyTitles = { easy: 'Easy', uniform: 'Uniform', hard: 'Hard', all: 'All' } as const

/** The whole pool, nothing filtered. */
export const poolRecipe = ({ id, name, scorers }: Pick<Dataset, 'id' | 'name' | 'scorers'>): SubsetRecipe => ({
  dataset: id,
  name,
  scorer: scorers[0]?.id ?? 'length',
  filters: {
    answerMissing: false,
    answerWrong: false,
    duplicatePrompts: false,
    range: [null, null],
    maxLength: null,
    text: '',
  },
  strategy: 'all',
  count: null,
  threshold: null,
  seed: 1,
  split: { validation: 0.1, test: 0.1 },
})

/** What a dataset is curated with until the reader says otherwise. */
export function defaultRecipe(dataset: Pick<Dataset, 'id' | 'name' | 'scorers'>): SubsetRecipe {
  const pool = poolRecipe(dataset)
  return { ...pool, filters: { ...pool.filters, answerMissing: true }, strategy: 'uniform' }
}

/** Jaccard similarity of word 5-grams that the filter begins with (Data-Juicer's default), and the least it takes. */
export const usualSimilarity = 0.7
export const leastSimilarity = 0.3

/** The two filters that compare prompts stand in a recipe only while they are on. */
const asked = (nearDuplicates: number | null, benchmarks: readonly string[] | undefined) => ({
  ...(nearDuplicates !== null && { nearDuplicates }),
  ...(benchmarks && benchmarks.length > 0 && { benchmarks: [...benchmarks] }),
})
const isDataset = (id: string) => /^ds_[0-9a-z]{4,40}$/.test(id)

type Query = Readonly<Record<string, string>>

const number = (text: string | undefined): number | null | undefined => {
  if (text === undefined) return undefined
  if (text === 'none') return null
  const value = Number(text)
  return text !== '' && Number.isFinite(value) ? value : undefined
}
/** null is a value here (`none`), only undefined is none. */
const or = <T>(value: T | undefined, otherwise: T): T => (value === undefined ? otherwise : value)
const flag = (text: string | undefined): boolean | undefined => (text === '1' ? true : text === '0' ? false : undefined)

/** A recipe from the address; what does not stand there, or makes no sense, is the default's. */
export function recipeFromQuery(query: Query, fallback: SubsetRecipe, scorers: readonly string[]): SubsetRecipe {
  const strategy = strategies.find((one) => one === query['strategy']) ?? fallback.strategy
  const scorer = scorers.find((one) => one === query['scorer']) ?? fallback.scorer
  const { filters, split } = fallback
  const positive = (value: number | null | undefined, otherwise: number | null) =>
    value === null || (value !== undefined && value > 0 && Number.isInteger(value)) ? value : otherwise
  const near = number(query['near'])
  const similar = (value: number | null | undefined, otherwise: number | null) =>
    value === null || (value !== undefined && value >= leastSimilarity && value <= 1) ? value : otherwise
  const share = (value: number | null | undefined, otherwise: number) =>
    value !== undefined && value !== null && value >= 0 ? value : otherwise
  return {
    ...fallback,
    scorer,
    strategy,
    count: positive(number(query['count']), fallback.count),
    threshold: or(number(query['threshold']), fallback.threshold),
    seed: positive(number(query['seed']), fallback.seed) ?? fallback.seed,
    filters: {
      answerMissing: flag(query['noanswer']) ?? filters.answerMissing,
      answerWrong: flag(query['wrong']) ?? filters.answerWrong,
      duplicatePrompts: flag(query['duplicates']) ?? filters.duplicatePrompts,
      range: [or(number(query['from']), filters.range[0]), or(number(query['to']), filters.range[1])],
      maxLength: positive(number(query['longest']), filters.maxLength),
      text: query['text'] ?? filters.text,
      ...asked(
        similar(near, filters.nearDuplicates ?? null),
        query['benchmarks'] === undefined ? filters.benchmarks : query['benchmarks'].split(',').filter(isDataset),
      ),
    },
    split: {
      validation: share(number(query['validation']), split.validation),
      test: share(number(query['test']), split.test),
    },
  }
}

/** What of a recipe differs from the default, as it stands in the address; null takes a key out. */
export function queryOfRecipe(recipe: SubsetRecipe, fallback: SubsetRecipe): Record<string, string | null> {
  const write = (value: string | number | boolean | null): string =>
    value === null ? 'none' : typeof value === 'boolean' ? (value ? '1' : '0') : String(value)
  const pairs = (one: SubsetRecipe): Record<string, string | number | boolean | null> => ({
    scorer: one.scorer,
    strategy: one.strategy,
    count: one.count,
    threshold: one.threshold,
    seed: one.seed,
    noanswer: one.filters.answerMissing,
    wrong: one.filters.answerWrong,
    duplicates: one.filters.duplicatePrompts,
    from: one.filters.range[0],
    to: one.filters.range[1],
    longest: one.filters.maxLength,
    text: one.filters.text,
    near: one.filters.nearDuplicates ?? null,
    benchmarks: [...(one.filters.benchmarks ?? [])].sort().join(','),
    validation: one.split.validation,
    test: one.split.test,
  })
  const plain = pairs(fallback)
  return Object.fromEntries(
    Object.entries(pairs(recipe)).map(([key, value]) => [key, value === plain[key] ? null : write(value)]),
  )
}

/** Do two recipes draw the same rows? The name does not matter. */
export const drawsTheSame = (a: SubsetRecipe, b: SubsetRecipe): boolean =>
  JSON.stringify({ ...canonical(a), name: '' }) === JSON.stringify({ ...canonical(b), name: '' })

const canonical = ({ dataset, name, scorer, filters, strategy, count, threshold, seed, split }: SubsetRecipe) => ({
  dataset,
  name,
  scorer,
  filters: {
    answerMissing: filters.answerMissing,
    answerWrong: filters.answerWrong,
    duplicatePrompts: filters.duplicatePrompts,
    range: filters.range,
    maxLength: filters.maxLength,
    text: filters.text,
    nearDuplicates: filters.nearDuplicates ?? null,
    benchmarks: [...(filters.benchmarks ?? [])].sort(),
  },
  strategy,
  count,
  threshold,
  seed,
  split: { validation: split.validation, test: split.test },
})
