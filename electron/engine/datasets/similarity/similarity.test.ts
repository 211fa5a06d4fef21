import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRoom, recipeOf, type Room } from '../fixtures/room.ts'
import { hasSharedData, saySkipped, sharedFile } from '../fixtures/shared-data.ts'
import { datasetAt } from '../places.ts'
import { benchmarkIndex } from './benchmark-overlap.ts'
import { bandsFor, gramWords, jaccard, nearDuplicateFinder } from './near-duplicates.ts'
import { gramHashes, wordsOf } from './words.ts'

const vocabulary = Array.from({ length: 300 }, (_, i) => `w${i}`)
const sentence = fc.array(fc.constantFrom(...vocabulary), { minLength: 8, maxLength: 40 })

/** Jaccard similarity of the sets of 5-grams, spelt out. */
function spelledOut(a: string, b: string): number {
  const grams = (text: string) => {
    const words = wordsOf(text)
    const size = Math.min(gramWords, words.length)
    return new Set(Array.from({ length: words.length - size + 1 }, (_, i) => words.slice(i, i + size).join(' ')))
  }
  const [x, y] = [grams(a), grams(b)]
  const common = [...x].filter((gram) => y.has(gram)).length
  return common / (x.size + y.size - common)
}

describe('words', () => {
  it('stand between white space, in lower case; characters are words in scripts without spaces', () => {
    expect(wordsOf('  How many\nCLIPS,  x=2? ')).toEqual(['how', 'many', 'clips,', 'x=2?'])
    expect(wordsOf('求 x+1 的值')).toEqual(['求', 'x+1', '的', '值'])
    expect(wordsOf(' \n')).toEqual([])
  })
  it('have hashes that never change: results are stored', () => {
    expect([...gramHashes(['how', 'many', 'clips', 'did', 'she', 'sell'], 5)]).toEqual([
      ...gramHashes(wordsOf('How many clips did she sell'), 5),
    ])
    expect([...gramHashes(['a', 'b', 'c', 'd', 'e', 'f'], 5)]).toEqual([2270256265, 876681812])
  })
})

describe('near-duplicates', () => {
  it('choose bands that find 99 % of the pairs at the threshold', () => {
    for (const threshold of [0.3, 0.5, 0.7, 0.8, 0.9, 1]) {
      const { rows, bands } = bandsFor(threshold)
      expect(rows * bands).toBeLessThanOrEqual(64)
      expect(1 - (1 - threshold ** rows) ** bands).toBeGreaterThanOrEqual(0.99)
    }
    expect(bandsFor(0.7)).toEqual({ rows: 3, bands: 21 })
  })

  it('whatever goes has the similarity, by exact count, with a prompt that was kept before it', () => {
    fc.assert(
      fc.property(
        fc.array(sentence, { minLength: 2, maxLength: 12 }),
        fc.constantFrom(0.3, 0.5, 0.7, 0.9),
        fc.infiniteStream(fc.nat()),
        (base, threshold, dice) => {
          const draw = (n: number) => dice.next().value! % n
          // Sentences, and copies of them with a few words changed.
          const prompts = [
            ...base,
            ...base.map((words) => words.map((word) => (draw(12) === 0 ? vocabulary[draw(300)]! : word))),
          ].map((words) => words.join(' '))
          const finder = nearDuplicateFinder(threshold, prompts.length)
          const likes = prompts.map((prompt) => finder.add(prompt))
          likes.forEach((like, i) => {
            if (like < 0) return
            expect(like).toBeLessThan(i)
            expect(likes[like]).toBe(-1)
            expect(spelledOut(prompts[i]!, prompts[like]!)).toBeGreaterThanOrEqual(threshold)
          })
        },
      ),
    )
  })

  it('finds nearly every planted copy and nothing else', () => {
    const stream = fc.sample(fc.array(fc.constantFrom(...vocabulary), { minLength: 30, maxLength: 60 }), {
      numRuns: 3000,
      seed: 5,
    })
    const planted = stream
      .slice(0, 400)
      .map((words, i) => words.map((word, at) => (at === i % words.length ? 'changed' : word)))
    const prompts = [...stream, ...planted].map((words) => words.join(' '))
    const finder = nearDuplicateFinder(0.7, prompts.length)
    const likes = prompts.map((prompt) => finder.add(prompt))
    expect(likes.slice(0, 3000).every((like) => like === -1)).toBe(true)
    const found = planted.filter((_, i) => likes[3000 + i] === i).length
    const near = planted.filter((words, i) => spelledOut(words.join(' '), prompts[i]!) >= 0.7).length
    expect(near).toBeGreaterThan(300)
    expect(found).toBeGreaterThanOrEqual(Math.floor(near * 0.99))
    expect(found).toBeLessThanOrEqual(near)
  })

  it('counts Jaccard as sets do', () => {
    const numbers = fc.uniqueArray(fc.nat(30), { maxLength: 15 })
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const sorted = (list: number[]) => Uint32Array.from(list).sort()
        const union = new Set([...a, ...b]).size
        expect(jaccard(sorted(a), sorted(b))).toBe(union === 0 ? 0 : (a.length + b.length - union) / union)
      }),
    )
  })
})

describe('overlap with a benchmark', () => {
  it('is any run of eight words in common, and the run is said', () => {
    const index = benchmarkIndex()
    index.add('Janet’s ducks lay 16 eggs per day. She eats three for breakfast every morning')
    index.add('too short to tell')
    expect(index.tooShort).toBe(1)
    expect(index.overlap('Once more:  she EATS three\nfor breakfast every morning and evening')).toBeNull()
    expect(index.overlap('Now day. she EATS three\nfor breakfast every morning and evening')).toBe(
      'day. she eats three for breakfast every morning',
    )
    expect(index.overlap('too short to tell')).toBeNull()
  })
  it('is found wherever it stands, and only then', () => {
    fc.assert(
      fc.property(sentence, sentence, fc.nat(30), fc.integer({ min: 1, max: 12 }), (benchmark, own, at, length) => {
        const index = benchmarkIndex()
        index.add(benchmark.join(' '))
        const mixed = [...own, ...benchmark.slice(at, at + length), 'end', ...own].join(' ')
        const runs = (words: readonly string[]) =>
          Array.from({ length: Math.max(0, words.length - 7) }, (_, i) => words.slice(i, i + 8).join(' '))
        const shared = runs(mixed.split(' ')).filter((run) => runs(benchmark).includes(run))
        expect(index.overlap(mixed)).toBe(shared[0] ?? null)
      }),
    )
  })
})

describe('as filters of a recipe', () => {
  let room: Room
  beforeEach(() => (room = openRoom()))
  afterEach(() => room.close())
  const rows = (prompts: readonly string[]) =>
    prompts.map((prompt, i) => ({ prompt, trajectory: `work ${i} #### ${i}`, answer: String(i) }))
  const words = (from: number, n = 20) => Array.from({ length: n }, (_, i) => `w${from + i}`).join(' ')

  it('take rows by their prompt, say which and why, and are remembered', async () => {
    const pool = [words(0), `${words(0)} more`, words(100), words(100).toUpperCase(), words(200), 'a short one']
    const { dataset } = await room.service.import({ path: room.lines('pool.jsonl', rows(pool)) })
    const { dataset: benchmark } = await room.service.import({
      path: room.lines('benchmark.jsonl', rows([`${words(203, 9)} and more`, 'short'])),
    })
    const recipe = recipeOf(dataset.id, {
      filters: { nearDuplicates: 0.7, benchmarks: [benchmark.id] },
      split: { validation: 0, test: 0 },
    })
    const counts = await room.service.curate.counts(recipe)
    // The upper-case copy is the same prompt, not a near one.
    expect(counts.steps.map(({ id, removed, left }) => `${id} ${removed} ${left}`)).toEqual([
      'imported 0 6',
      'answerMissing 0 6',
      'answerWrong 0 6',
      'nearDuplicates 1 5',
      'benchmarks 1 4',
      'maxLength 0 4',
      'text 0 4',
      'range 0 4',
      'duplicatePrompts 1 4',
    ])
    expect(await room.service.curate.row(recipe, 1)).toMatchObject({
      nearDuplicateOf: 0,
      benchmarkSpan: null,
      inDraw: null,
    })
    expect(await room.service.curate.row(recipe, 4)).toMatchObject({
      nearDuplicateOf: null,
      benchmarkSpan: words(203, 8),
      inDraw: null,
    })
    expect(await room.service.curate.row(recipe, 3)).toMatchObject({
      nearDuplicateOf: null,
      benchmarkSpan: null,
      inDraw: 'train',
    })
    expect(await room.service.curate.row(recipeOf(dataset.id), 3)).not.toHaveProperty('nearDuplicateOf')
    expect(readdirSync(join(datasetAt(room.folders, dataset.id).folder, 'marks'))).toHaveLength(2)
    const subset = await room.service.subsets.create(recipe)
    expect(subset.rows).toBe(4)
    await room.service.subsets.export(subset.id, null)
    await room.reopen()
    expect(await room.service.curate.counts(recipe)).toEqual(counts)
  })

  it('asked many times at once are made once; unknown benchmarks are refused', async () => {
    const { dataset } = await room.service.import({ path: room.lines('pool.jsonl', rows([words(0), words(50)])) })
    const recipe = recipeOf(dataset.id, { filters: { nearDuplicates: 0.5 }, split: { validation: 0, test: 0 } })
    const all = await Promise.all(
      Array.from({ length: 6 }, (_, seed) => room.service.curate.counts({ ...recipe, seed })),
    )
    expect(all.every(({ drawn }) => drawn === 2)).toBe(true)
    expect(existsSync(join(datasetAt(room.folders, dataset.id).folder, 'marks', 'near-0.5-m1.parquet'))).toBe(true)
    for (const id of ['ds_none1234', dataset.id])
      await expect(
        room.service.curate.counts(recipeOf(dataset.id, { filters: { benchmarks: [id] } })),
      ).rejects.toMatchObject({ code: 'dataset.not_found' })
  })

  saySkipped('near-duplicates and overlap in GSM8K')
  it.skipIf(!hasSharedData)(
    "GSM8K's training rows: few near-duplicates, none of the test set's runs by the dozen",
    async () => {
      const { dataset: train } = await room.service.import({ path: sharedFile('gsm8k/train.jsonl') })
      const { dataset: test } = await room.service.import({ path: sharedFile('gsm8k/test.jsonl') })
      const { dataset: tora } = await room.service.import({ path: sharedFile('tora/tora-70b-gsm8k.jsonl') })
      const step = async (id: string, benchmarks: string[]) =>
        (
          await room.service.curate.counts(
            recipeOf(id, {
              filters: { answerMissing: false, nearDuplicates: 0.7, benchmarks },
              split: { validation: 0, test: 0 },
            }),
          )
        ).steps
      const own = await step(train.id, [test.id])
      expect(own.find(({ id }) => id === 'nearDuplicates')!.removed).toBeLessThan(75)
      expect(own.find(({ id }) => id === 'benchmarks')!.removed).toBeLessThan(750)
      // Outputs on the test set's own questions: all of them are in the benchmark, but for those under eight words.
      const leaked = await step(tora.id, [test.id])
      expect(leaked.find(({ id }) => id === 'benchmarks')!.left).toBeLessThan(5)
    },
  )
})
