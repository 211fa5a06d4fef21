import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SubsetRecipe } from '#shared/contract/datasets.ts'
import { defaultRecipe, drawsTheSame, queryOfRecipe, recipeFromQuery, strategies } from './recipe.ts'

const dataset = {
  id: 'ds_k3v9x2',
  name: 'gsm8k',
  scorers: [{ id: 'steps' }, { id: 'length' }],
} as unknown as Parameters<typeof defaultRecipe>[0]
const fallback = defaultRecipe(dataset)
const scorers = ['steps', 'length']

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((value) => value + 0)
const recipes: fc.Arbitrary<SubsetRecipe> = fc.record({
  dataset: fc.constant(fallback.dataset),
  name: fc.constant(fallback.name),
  scorer: fc.constantFrom(...scorers),
  filters: fc.record(
    {
      answerMissing: fc.boolean(),
      answerWrong: fc.boolean(),
      duplicatePrompts: fc.boolean(),
      range: fc.tuple(fc.option(number), fc.option(number)),
      maxLength: fc.option(fc.integer({ min: 1, max: 1e6 })),
      text: fc.string(),
      nearDuplicates: fc.double({ min: 0.3, max: 1, noNaN: true }),
      benchmarks: fc
        .uniqueArray(fc.constantFrom('ds_aime24', 'ds_math500', 'ds_gpqa1'), { minLength: 1 })
        .map((ids) => ids.sort()),
    },
    { requiredKeys: ['answerMissing', 'answerWrong', 'duplicatePrompts', 'range', 'maxLength', 'text'] },
  ),
  strategy: fc.constantFrom(...strategies),
  count: fc.option(fc.integer({ min: 1, max: 1e6 })),
  threshold: fc.option(number),
  seed: fc.integer({ min: 1, max: 1e6 }),
  split: fc.record({
    validation: fc.double({ min: 0, max: 1, noNaN: true }),
    test: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
})

/** As the address bar carries it. */
const throughAddress = (recipe: SubsetRecipe, from: SubsetRecipe) => {
  const query = Object.fromEntries(
    Object.entries(queryOfRecipe(recipe, from)).filter((pair): pair is [string, string] => pair[1] !== null),
  )
  return recipeFromQuery(Object.fromEntries(new URLSearchParams(query)), from, scorers)
}

describe('a recipe in the address', () => {
  it('comes back as it was, from any default', () => {
    fc.assert(
      fc.property(recipes, recipes, (recipe, from) => {
        expect(throughAddress(recipe, from)).toEqual({ ...recipe, name: from.name })
      }),
    )
  })
  it('leaves no trace of what is as usual', () => {
    expect(Object.values(queryOfRecipe(fallback, fallback)).every((value) => value === null)).toBe(true)
  })
  it('does not believe nonsense', () => {
    const query = {
      strategy: 'clever',
      scorer: 'taste',
      count: '-3',
      seed: 'x',
      from: '',
      noanswer: 'maybe',
      longest: '1.5',
      validation: '-1',
      near: '0.1',
      benchmarks: 'anything,<b>',
    }
    expect(recipeFromQuery(query, fallback, scorers)).toEqual(fallback)
  })
})

it('knows two recipes that draw the same rows, whatever they are called', () => {
  expect(drawsTheSame(fallback, { ...fallback, name: 'other' })).toBe(true)
  expect(drawsTheSame(fallback, { ...fallback, seed: 2 })).toBe(false)
  const withFilters = (filters: Partial<SubsetRecipe['filters']>) => ({
    ...fallback,
    filters: { ...fallback.filters, ...filters },
  })
  expect(drawsTheSame(fallback, withFilters({ nearDuplicates: null, benchmarks: [] }))).toBe(true)
  expect(drawsTheSame(fallback, withFilters({ nearDuplicates: 0.7 }))).toBe(false)
  expect(
    drawsTheSame(withFilters({ benchmarks: ['ds_b', 'ds_a'] }), withFilters({ benchmarks: ['ds_a', 'ds_b'] })),
  ).toBe(true)
  expect(drawsTheSame(fallback, { ...fallback, filters: { ...fallback.filters, range: [1, null] } })).toBe(false)
})
