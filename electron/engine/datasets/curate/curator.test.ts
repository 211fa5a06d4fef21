import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dataset, SubsetRecipe } from '#shared/contract/datasets.ts'
import { openRoom, recipeOf, type Room } from '../fixtures/room.ts'
import { plainDraw, plainFilters, plainSplits, plainStrategy, type PlainRow } from '../fixtures/plain-curation.ts'

let room: Room
beforeAll(() => void (room = openRoom()))
afterAll(() => room.close())

let files = 0
async function load(rows: readonly Omit<PlainRow, 'id'>[], name = 'difficulty'): Promise<Dataset> {
  const lines = rows.map(({ prompt, trajectory, answer, verdict, score }) => ({
    q: prompt,
    a:
      trajectory + (verdict === 'right' ? ` #### ${answer}` : verdict === 'wrong' ? ` #### ${Number(answer) + 1}` : ''),
    gold: answer,
    [name]: score,
  }))
  const mapping = { prompt: 'q', trajectory: 'a', answer: 'gold', scores: [name] }
  return (
    await room.service.import({ path: room.lines(`pool-${++files}.jsonl`, lines), mapping, name: `pool ${files}` })
  ).dataset
}

const plainRow = fc.record({
  prompt: fc.constantFrom(
    'one',
    'two',
    ' Two\n',
    'three',
    'four',
    'five',
    'cafe\u0301',
    'CAFÉ',
    'six 6',
    'seven (x+y)?',
  ),
  trajectory: fc.constantFrom('short', 'a longer one', 'the longest of them all (x+y)? é', 'sieben 7'),
  answer: fc.constantFrom(null, '7', '8'),
  verdict: fc.constantFrom('right', 'wrong', 'unknown'),
  score: fc.constantFrom(null, 0, 1, 2, 3, 4, 0.5),
}) as fc.Arbitrary<Omit<PlainRow, 'id'>>
const pool = fc.array(plainRow, { minLength: 1, maxLength: 60 }).map((rows) =>
  // One row has a score, so that the column is a scorer; without an answer there is nothing to judge.
  [{ prompt: 'scored', trajectory: 'short', answer: '7', verdict: 'right', score: 2 } as const, ...rows].map((row) =>
    row.answer === null ? { ...row, verdict: 'unknown' as const } : row,
  ),
)
const bound = fc.constantFrom(null, 0, 0.5, 1, 2, 3)
const recipe = fc.record({
  filters: fc.record({
    answerMissing: fc.boolean(),
    answerWrong: fc.boolean(),
    duplicatePrompts: fc.boolean(),
    range: fc.tuple(bound, bound),
    maxLength: fc.constantFrom(null, 12, 20, 30),
    text: fc.constantFrom('', 'E', '(x+y)?', 'LONG', ' 7 ', 'none has this'),
  }),
  strategy: fc.constantFrom('easy', 'hard', 'uniform', 'all'),
  count: fc.constantFrom(null, 1, 3, 10),
  threshold: bound,
  seed: fc.integer({ min: 0, max: 2 ** 40 }),
  split: fc.record({ validation: fc.constantFrom(0, 0.1, 0.3, 1, 2), test: fc.constantFrom(0, 0.2, 1, 3) }),
}) as fc.Arbitrary<Partial<SubsetRecipe>>

describe('curation in SQL', () => {
  it('equals the definitions row by row: filters, strategy, draw, splits', async () => {
    await fc.assert(
      fc.asyncProperty(
        pool,
        fc.array(recipe, { minLength: 4, maxLength: 4 }),
        fc.constantFrom('difficulty', 'pass_rate'),
        async (plain, recipes, scoreName) => {
          const dataset = await load(plain, scoreName)
          const detail = await Promise.all(
            plain.map((_, id) =>
              room.service.curate.row(recipeOf(dataset.id, { split: { validation: 0, test: 0 } }), id),
            ),
          )
          const rows: PlainRow[] = detail.map(({ id, prompt, trajectory, answer, verdict }) => ({
            id,
            prompt,
            trajectory,
            answer,
            verdict,
            score: plain[id]!.score,
          }))
          expect(rows.map(({ verdict }) => verdict)).toEqual(plain.map(({ verdict }) => verdict))
          const scorer = `column:${scoreName}`
          const { harder } = dataset.scorers.find(({ id }) => id === scorer)!
          for (const parts of recipes) {
            const asked = recipeOf(dataset.id, { ...parts, scorer })
            const counts = await room.service.curate.counts(asked)
            const filtered = plainFilters(rows, asked)
            const chosen = plainStrategy(filtered.rows, asked, harder)
            for (const { id, removed } of counts.steps)
              if (id in filtered.removed) expect({ id, removed }).toEqual({ id, removed: filtered.removed[id] })
            expect(counts.strategyRows).toBe(chosen.length)
            const drawn = plainDraw(chosen, asked)
            expect(counts.drawn).toBe(drawn.length)
            if (counts.problem !== null) {
              const wants = (share: number) => Math.round(share < 1 ? share * drawn.length : share)
              expect(
                chosen.length === 0 ||
                  chosen.length < (asked.count ?? 0) ||
                  wants(asked.split.validation) + wants(asked.split.test) > drawn.length,
              ).toBe(true)
              continue
            }
            const page = await room.service.curate.rows({
              recipe: asked,
              drawn: true,
              sort: 'line',
              descending: false,
              offset: 0,
              limit: 1000,
            })
            expect(page.rows.map(({ id }) => id)).toEqual(drawn.map(({ id }) => id).sort((a, b) => a - b))
            const splits = plainSplits(drawn, asked)
            const placed = await Promise.all(page.rows.map(({ id }) => room.service.curate.row(asked, id)))
            expect(placed.map(({ id, inDraw }) => [id, inDraw])).toEqual(
              page.rows.map(({ id }) => [id, splits.get(id)]),
            )
            const sizes = (name: string) => [...splits.values()].filter((split) => split === name).length
            expect(counts.splits).toEqual({
              train: sizes('train'),
              validation: sizes('validation'),
              test: sizes('test'),
            })
          }
        },
      ),
      { numRuns: 15 },
    )
  })
})

describe('a pool of 4,000 rows', () => {
  let dataset: Dataset
  beforeAll(async () => {
    // 1,000 prompts of one to seven rows; scores 0..16.
    const rows = Array.from({ length: 4000 }, (_, i) => ({
      prompt: `prompt ${i % 7 === 0 ? i : (i * i) % 1000}`,
      trajectory: `work ${'x'.repeat(i % 50)}`,
      answer: '7',
      verdict: 'unknown' as const,
      score: (i * 7919) % 17,
    }))
    dataset = await load(rows)
  })
  const of = (parts: Parameters<typeof recipeOf>[1]) => recipeOf(dataset.id, { scorer: 'column:difficulty', ...parts })
  const ids = async (parts: Parameters<typeof recipeOf>[1]) =>
    (
      await Promise.all(
        [0, 1000, 2000, 3000].map((offset) =>
          room.service.curate.rows({
            recipe: of(parts),
            drawn: true,
            sort: 'line',
            descending: false,
            offset,
            limit: 1000,
          }),
        ),
      )
    ).flatMap(({ rows }) => rows.map(({ id }) => id))

  it('gives the same rows for the same recipe and seed, others for another seed', async () => {
    const first = await ids({ strategy: 'hard', count: 300, seed: 5 })
    expect(first).toHaveLength(300)
    await room.reopen()
    expect(await ids({ strategy: 'hard', count: 300, seed: 5, name: 'another name' })).toEqual(first)
    const other = await ids({ strategy: 'hard', count: 300, seed: 6 })
    const common = other.filter((id) => first.includes(id)).length
    // Hypergeometric: about 300 * 300 / pool of the hard quarter.
    expect(common).toBeGreaterThan(30)
    expect(common).toBeLessThan(200)
  })

  it('splits exactly, and no prompt into two', async () => {
    const asked = of({ count: 2000, split: { validation: 123, test: 0.1 } })
    const subset = await room.service.subsets.create(asked)
    expect(subset.splits).toEqual({ train: 1677, validation: 123, test: 200 })
    const bySplit = await room.service.subsets.rowsBySplit(subset.id)
    const prompts = Object.values(bySplit).map((rows) => new Set(rows.map(({ prompt }) => prompt)))
    const together = new Set(prompts.flatMap((each) => [...each]))
    expect(together.size).toBe(prompts.reduce((sum, each) => sum + each.size, 0))
  })

  it('says how many rows there are where they are too few, and how splits ask too much', async () => {
    const few = of({ strategy: 'hard', count: 3000 })
    expect((await room.service.curate.counts(few)).problem).toMatch(
      /^The recipe leaves 1,\d{3} rows; 3,000 are to be drawn\.$/,
    )
    await expect(room.service.subsets.create(few)).rejects.toMatchObject({ code: 'subset.too_few_rows' })
    const split = of({ count: 100, split: { validation: 80, test: 30 } })
    expect((await room.service.curate.counts(split)).problem).toBe(
      'Validation (80) and test (30) together need more rows than the 100 that are drawn.',
    )
    const whole = of({ count: 100, split: { validation: 0, test: 100 } })
    expect(await room.service.curate.counts(whole)).toMatchObject({
      problem: null,
      splits: { train: 0, validation: 0, test: 100 },
    })
  })

  it('histogram: a bin a value; the pool is everything, kept what filters and strategy leave', async () => {
    const {
      edges,
      pool: all,
      kept,
      quartiles,
    } = await room.service.curate.histogram(of({ strategy: 'hard', count: 10 }), 30)
    expect(edges).toHaveLength(18)
    expect(all.reduce((a, b) => a + b)).toBe(4000)
    expect(quartiles).toEqual([4, 8, 12])
    expect(kept.map((n) => n > 0)).toEqual(all.map((_, value) => value >= 12))
    expect(kept.slice(12)).toEqual(all.slice(12))
  })

  it('heat map: every row in one cell, in rows of y', async () => {
    const { x, y, cells } = await room.service.curate.heatMap(dataset.id, 'column:difficulty', 'length', 20)
    expect(cells).toHaveLength(y.edges.length - 1)
    expect(cells.every((row) => row.length === x.edges.length - 1)).toBe(true)
    expect(cells.flat().reduce((a, b) => a + b)).toBe(4000)
  })

  it('pages sort in SQL, stay stable, and count the whole', async () => {
    const page = (offset: number, descending: boolean) =>
      room.service.curate.rows({ recipe: of({}), drawn: false, sort: 'score', descending, offset, limit: 500 })
    const pages = await Promise.all([0, 500, 1000, 1500, 2000, 2500, 3000, 3500].map((offset) => page(offset, false)))
    const rows = pages.flatMap((each) => each.rows)
    expect(pages[0]!.total).toBe(4000)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(4000)
    expect(rows.map(({ score }) => score)).toEqual(rows.map(({ score }) => score).sort((a, b) => a! - b!))
    expect((await page(0, true)).rows[0]).toMatchObject({
      score: 16,
      id: Math.max(...rows.filter(({ score }) => score === 16).map(({ id }) => id)),
    })
    expect((await page(4000, false)).rows).toEqual([])
  })

  it('names sources, refuses unknown scorers, rows and datasets with facts', async () => {
    expect(await room.service.curate.sources(dataset.id)).toEqual([{ source: '', rows: 4000 }])
    await expect(room.service.curate.counts(of({ scorer: 'column:none' }))).rejects.toMatchObject({
      code: 'input.invalid',
      remedy: 'Choose one of: length, column:difficulty.',
    })
    await expect(room.service.curate.row(of({}), 4000)).rejects.toMatchObject({
      code: 'input.invalid',
      remedy: 'Rows go from 0 to 3999.',
    })
    await expect(room.service.curate.counts(recipeOf('ds_none1234'))).rejects.toMatchObject({
      code: 'dataset.not_found',
    })
  })

  it('many questions at once get the answers that they get alone', async () => {
    const recipes = Array.from({ length: 24 }, (_, i) =>
      of({
        seed: i % 5,
        strategy: i % 2 ? 'hard' : 'easy',
        count: 50 + (i % 3),
        filters: { text: i % 4 ? '' : 'prompt 1' },
      }),
    )
    const together = await Promise.all(recipes.map((each) => room.service.curate.counts(each)))
    const alone = []
    for (const each of recipes) alone.push(await room.service.curate.counts(each))
    expect(together).toEqual(alone)
  })
})
