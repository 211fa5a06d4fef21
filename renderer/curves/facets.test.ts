import { describe, expect, it } from 'vitest'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { comparableFacets, facetsOf, heightOf, largestBeside } from './facets.ts'

const point = (step: number, flops: number, value: number) => ({
  step,
  flops,
  totalFlops: flops,
  k: 4,
  n: 512,
  accuracy: { value, lo: value - 0.02, hi: value + 0.02 },
  greedy: null,
})
const curve = (change: Partial<BranchCurve>): BranchCurve => ({
  run: 'run_aaaa',
  name: 'a',
  paradigm: 'sequential',
  objective: 'grpo',
  data: 'uniform 1,000',
  seed: 1,
  state: 'completed',
  parent: 'run_sft0',
  parentStep: 50,
  beforeFlops: 1e11,
  points: [point(0, 0, 0.2), point(10, 1e12, 0.5)],
  minValLoss: null,
  regime: null,
  origin: null,
  fit: null,
  ...change,
})
const fit = (verdict: 'identified' | 'not-identifiable', value: number): NonNullable<BranchCurve['fit']> => ({
  verdict,
  params: {},
  pSft: 20,
  plRl: { value: value - 20, lo: value - 22, hi: value - 18 },
  aPost: { value, lo: value - 2, hi: value + 2 },
  profile90: { lo: value - 1, hi: null },
  noiseSd: 1,
  collapse: null,
  line: [],
  excluded: [],
  residuals: [],
  rivals: [],
})
const sft = curve({
  run: 'run_sft0',
  name: 's',
  paradigm: 'sft',
  parent: 'run_base',
  parentStep: 100,
  minValLoss: 0.46,
})

describe('facets of the main figure', () => {
  it('puts pure RL from the same base at compute 0 and orders bars by SFT compute', () => {
    const late = curve({ run: 'run_late', parentStep: 200, beforeFlops: 4e11, fit: fit('identified', 70) })
    const early = curve({ run: 'run_early' })
    const pure = curve({ run: 'run_pure', paradigm: 'rl', parent: 'run_base', parentStep: 100, beforeFlops: 0 })
    const [facet] = facetsOf([late, sft, pure, early], new Map())
    expect(facet?.bars.map(({ run, flops }) => [run, flops])).toEqual([
      ['run_pure', 0],
      ['run_early', 1e11],
      ['run_late', 4e11],
    ])
    expect(facet?.meanCeiling).toBe(70)
    expect(facet?.best).toBe('run_late')
  })

  it('never shows a ceiling that is not identified: the bar ends at the best observed score', () => {
    const open = curve({ fit: fit('not-identifiable', 95) })
    const [facet] = facetsOf([sft, open], new Map())
    expect(facet?.bars[0]?.aPost).toBeNull()
    expect(heightOf(facet!.bars[0]!)).toBe(50)
  })

  it('has no mean of bounded ceilings where a branch without a bound already stands above it', () => {
    const low = curve({ run: 'run_low', fit: fit('identified', 40) })
    const open = curve({ run: 'run_open', parentStep: 200, beforeFlops: 2e11, fit: fit('not-identifiable', 95) })
    expect(facetsOf([sft, low], new Map())[0]?.meanCeiling).toBe(40)
    expect(facetsOf([sft, low, open], new Map())[0]?.meanCeiling).toBeNull()
  })

  it('leaves collapsed points out of what was observed', () => {
    const broken = { ...fit('not-identifiable', 95), excluded: [{ step: 10, why: 'broken' as const }] }
    const [facet] = facetsOf([sft, curve({ fit: broken })], new Map())
    expect(facet?.bars[0]?.observed).toBe(20)
  })

  it('labels each bar with the regime of its own checkpoint', () => {
    const validation = [
      { step: 0, flops: 0, loss: 1.1 },
      { step: 50, flops: 1e11, loss: 0.46 },
      { step: 100, flops: 2e11, loss: 0.49 },
    ]
    const [facet] = facetsOf(
      [sft, curve({}), curve({ run: 'run_bbbb', parentStep: 100, beforeFlops: 2e11 })],
      new Map([['run_sft0', validation]]),
    )
    expect(facet?.bars.map(({ regime, valLoss }) => [regime, valLoss])).toEqual([
      ['stable', 0.46],
      ['mild', 0.49],
    ])
  })

  it('draws what an imported file prints where it gives no points, marked as such', () => {
    const origin = { printedCeiling: 84, printedRegime: 'stable' } as BranchCurve['origin']
    const printed = curve({ origin, points: [point(0, 0, 0.77)] })
    const pure = curve({ run: 'run_pure', paradigm: 'rl', parent: 'run_sft0', parentStep: 0, beforeFlops: 0 })
    const alone = { ...sft, parent: null, parentStep: null }
    const stranger = curve({ run: 'run_else', paradigm: 'rl', parent: null, parentStep: null })
    const [facet] = facetsOf([alone, printed, pure, stranger], new Map())
    // Without a base of its own a run shares no pure RL with others that have none.
    expect(facet?.bars.map(({ run }) => run)).toEqual(['run_pure', 'run_aaaa'])
    expect(facet?.bars[1]).toMatchObject({ isPrinted: true, regime: 'stable', aPost: { value: 84 } })
    expect(heightOf(facet!.bars[1]!)).toBe(84)
  })

  it('draws curves and what is printed of the same data set in one facet, compared and never mixed', () => {
    const printed = (run: string, parent: string, step: number, ceiling: number) =>
      curve({
        run,
        parent,
        parentStep: step,
        beforeFlops: step * 1e9,
        points: [point(0, 0, 0.7)],
        origin: { printedCeiling: ceiling, printedRegime: 'stable' } as BranchCurve['origin'],
      })
    const paper = { ...sft, run: 'run_paper', name: 'as printed', parent: null, minValLoss: 0.37 }
    const raw = { ...sft, run: 'run_raw0', parent: null, minValLoss: null }
    const [facet, ...others] = facetsOf(
      [
        paper,
        printed('run_p100', 'run_paper', 100, 81),
        printed('run_p200', 'run_paper', 200, 99),
        raw,
        curve({ run: 'run_r100', parent: 'run_raw0', parentStep: 100, beforeFlops: 1e11, fit: fit('identified', 80) }),
      ],
      new Map(),
    )
    expect(others).toEqual([])
    expect(facet).toMatchObject({ key: 'run_raw0', title: 'uniform 1,000', minValLoss: 0.37 })
    expect(facet!.bars.map(({ run, printed, isPrinted, regime }) => [run, printed, isPrinted, regime])).toEqual([
      ['run_r100', 81, false, 'stable'],
      ['run_p200', null, true, 'stable'],
    ])
    expect([facet!.best, facet!.meanCeiling]).toEqual(['run_r100', 80])
  })

  it('compares facets of one model only, the one that has the most', () => {
    const of = (run: string, model: string, beforeFlops: number) => [
      { ...sft, run, model, data: run },
      curve({ run: `${run}_b`, parent: run, model, beforeFlops }),
    ]
    const facets = facetsOf([...of('lab', 'lab-0.3m', 1e11), ...of('a', '7B', 1e19), ...of('b', '7B', 3e19)], new Map())
    expect(comparableFacets(facets).map(({ key }) => key)).toEqual(['a', 'b'])
    expect(facets.map((facet) => largestBeside(facet, facets))).toEqual([1e11, 3e19, 3e19])
    expect(comparableFacets([])).toEqual([])
  })

  it('orders seeds on the same data by name', () => {
    const seeds = [10, 2].flatMap((seed) => [
      { ...sft, run: `run_s${seed}`, name: `SFT, seed ${seed}` },
      curve({ run: `run_b${seed}`, parent: `run_s${seed}` }),
    ])
    expect(facetsOf(seeds, new Map()).map(({ title }) => title)).toEqual(['SFT, seed 2', 'SFT, seed 10'])
  })

  it('shows no facet for an SFT run without a branch', () => {
    expect(facetsOf([sft], new Map())).toEqual([])
    expect(facetsOf([sft, curve({})], new Map()).map(({ key, data }) => [key, data])).toEqual([
      ['run_sft0', 'uniform 1,000'],
    ])
  })
})
