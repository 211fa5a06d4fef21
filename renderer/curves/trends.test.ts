import { describe, expect, it } from 'vitest'
import { datasetFacts, sizeInName } from './dataset-facts.ts'
import type { Bar, Facet } from './facets.ts'
import { trendFinding, trendOf, trendWords } from './trends.ts'

/** The paper's printed panels: minimum loss and best ceiling by data set. */
const printed = [
  ['S1K', 0.51, 77.3],
  ['Easy102K', 0.44, 78.8],
  ['Uniform102K', 0.42, 79.7],
  ['Hard102K', 0.4, 82.8],
  ['SFT889K', 0.37, 84],
] as const
const facet = (title: string, loss: number | null, ceiling: number | null): Facet => {
  const bar: Bar = {
    run: `${title}-a`,
    name: title,
    paradigm: 'sequential',
    step: 100,
    flops: 1e19,
    pSft: 74,
    aPost: ceiling === null ? null : { value: ceiling, lo: ceiling - 0.4, hi: ceiling + 0.4 },
    observed: 76,
    verdict: ceiling === null ? 'not-identifiable' : 'identified',
    regime: null,
    valLoss: null,
    collapsedAt: null,
    isPrinted: false,
    printedRegime: null,
    printed: null,
  }
  return {
    key: title,
    title,
    data: title,
    model: 'm',
    bars: [bar],
    minValLoss: loss,
    meanCeiling: ceiling,
    best: bar.run,
  }
}
const facets = printed.map(([title, loss, ceiling]) => facet(title, loss, ceiling))
const byName = ({ data }: Facet) => datasetFacts(data, [])

describe('what raises the ceiling', () => {
  it('finds the paper’s correlation of loss and ceiling in its printed values', () => {
    const trend = trendOf('loss', facets, byName)
    expect(trend.pearson?.estimate).toBeCloseTo(-0.92, 2)
    expect(trend.spearman?.estimate).toBe(-1)
    expect(trend.spearman?.p).toBeCloseTo(2 / 120, 6)
    expect(trendFinding(trend)).toBe('Lower loss, higher ceiling')
    expect(trendWords(trend)).toEqual([expect.stringMatching(/^r = −0\.92 \[−/), 'ρ = −1.00, exact p = 0.017', 'n = 5'])
  })
  it('takes scale from the names, and compares difficulty at one size', () => {
    expect(trendOf('scale', facets, byName).points.map(({ x }) => x)).toEqual([1000, 102e3, 102e3, 102e3, 889e3])
    const difficulty = trendOf('difficulty', facets, byName)
    expect(difficulty.points.map(({ title, x }) => [title, x])).toEqual([
      ['Easy102K', 1],
      ['Uniform102K', 2],
      ['Hard102K', 3],
    ])
    expect(trendWords(difficulty).at(-1)).toBe('n = 3')
  })
  it('sets plasticity against the compute of SFT, a point a branch', () => {
    const { points } = trendOf('plasticity', facets, byName)
    expect(points).toHaveLength(5)
    expect(points[0]).toMatchObject({ x: 1e19, title: 'S1K @ 100' })
    expect(points[0]!.y).toBeCloseTo(3.3)
  })
  it('counts no ceiling that is not identified, and says so', () => {
    const open = [...facets.slice(0, 4), facet('SFT889K', 0.37, null)]
    const trend = trendOf('loss', open, byName)
    expect(trend.pearson?.n).toBe(4)
    expect(trendWords(trend).at(-1)).toBe('n = 4, 1 not identifiable')
  })
  it('says nothing of two points, of one place, or of none', () => {
    for (const some of [facets.slice(0, 2), facets.map(({ title }) => facet(title, 0.4, 80)), []]) {
      const trend = trendOf('loss', some, byName)
      expect(trend.claim).toBeNull()
      expect(trendWords(trend)).toContain('too few to correlate')
      expect(trendFinding(trend)).toMatch(/\?$/)
    }
  })
})

describe('facts of a data set', () => {
  it.each([
    ['SFT889K', 889_000],
    ['S1K', 1_000],
    ['uniform 1,000', 1_000],
    ['hard-102k', 102_000],
    ['openr1 1.2M', 1_200_000],
    ['math-lab v2', null],
    ['gsm8k', 8_000],
    ['numbers', null],
  ])('reads the size in %s', (name, size) => expect(sizeInName(name)).toBe(size))
  it('believes a saved subset before a name', () => {
    const recipe = { strategy: 'hard' } as Parameters<typeof datasetFacts>[1][number]['recipe']
    expect(datasetFacts('easy 10', [{ name: 'easy 10', rows: 512, recipe }])).toEqual({
      size: 512,
      difficulty: 'hard',
      from: 'subset',
    })
    expect(datasetFacts('easy 10', [])).toEqual({ size: 10, difficulty: 'easy', from: 'name' })
  })
})
