import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BranchCurve } from '#shared/contract/contract.ts'
import {
  budgetRange,
  curvesOn,
  dataSetsOf,
  familiesOf,
  modelsOf,
  meanOverSeeds,
  spotAt,
  standings,
  type Family,
  type Spot,
} from './families.ts'

const spot = (x: number, value: number, half = 1): Spot => ({ x, value, lo: value - half, hi: value + half })
const family = (key: string, spots: Spot[]): Family => ({
  key,
  title: key,
  paradigm: 'rl',
  objective: 'grpo',
  data: 'd',
  runs: [],
  seeds: 1,
  spots,
  excluded: [],
  prefix: [],
  switchStep: null,
})

describe('score at a budget', () => {
  it('interpolates between measured points and never beyond them', () => {
    const spots = [spot(0, 10), spot(100, 30, 3)]
    expect(spotAt(spots, 25)).toEqual({ x: 25, value: 15, lo: 13.5, hi: 16.5 })
    expect(spotAt(spots, 101)).toBeNull()
    expect(spotAt([spot(50, 10)], 20)).toBeNull()
  })

  it('stays between its neighbours', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100, noNaN: true }), (x) => {
        const found = spotAt([spot(0, 10), spot(40, 30), spot(100, 20)], x)!
        expect(found.value).toBeGreaterThanOrEqual(10)
        expect(found.value).toBeLessThanOrEqual(30)
      }),
    )
  })
})

describe('mean over seeds', () => {
  it('keeps the intervals of a single seed', () => {
    expect(meanOverSeeds([[spot(1, 10, 2)]])).toEqual([spot(1, 10, 2)])
  })

  it("is Student's 80 % interval of the mean: for 2 seeds, t = 3.078 with one degree of freedom", () => {
    // values 10 and 14: mean 12, SD 2.828, SE 2, half-width 3.0777 * 2
    const [at] = meanOverSeeds([[spot(5, 10)], [spot(5, 14)]])
    expect(at?.value).toBe(12)
    expect(at!.hi - at!.value).toBeCloseTo(6.1554, 3)
  })

  it('says nothing where a seed has no value', () => {
    expect(meanOverSeeds([[spot(0, 1), spot(10, 2)], [spot(0, 1)]]).map(({ x }) => x)).toEqual([0])
  })
})

describe('standings', () => {
  it('ranks by score, takes who ended before at its last one, and adds intervals as independent', () => {
    const ranked = standings(
      [
        family('a', [spot(0, 0, 3), spot(10, 10, 3)]),
        family('b', [spot(0, 0, 4), spot(10, 30, 4)]),
        family('c', [spot(0, 2, 4), spot(4, 5, 4)]),
        family('d', [spot(11, 90)]),
      ],
      10,
      'a',
    )
    expect(ranked.map(({ family, endedAt, difference }) => [family.key, endedAt, difference])).toEqual([
      ['b', null, { value: 20, half: 5 }],
      ['a', null, null],
      ['c', 4, { value: -5, half: 5 }],
      ['d', null, null],
    ])
    expect(ranked.at(-1)!.spot).toBeNull()
  })

  it('knows the largest budget that all reach', () => {
    expect(budgetRange([family('a', [spot(0, 0), spot(10, 1)]), family('b', [spot(0, 0), spot(30, 1)])])).toEqual({
      lo: 0,
      hi: 30,
      common: 10,
    })
  })

  it('begins at all of the compute where some start only after others have ended', () => {
    expect(budgetRange([family('a', [spot(0, 0), spot(10, 1)]), family('b', [spot(20, 0), spot(30, 1)])]).common).toBe(
      30,
    )
  })
})

describe('families', () => {
  const run = (id: string, seed: number, ends: number, change: Partial<BranchCurve> = {}): BranchCurve => ({
    run: id,
    name: id,
    paradigm: 'rl',
    objective: 'grpo',
    data: 'd',
    seed,
    state: 'completed',
    parent: 'run_base',
    parentStep: 9,
    beforeFlops: 0,
    minValLoss: null,
    regime: null,
    origin: null,
    fit: null,
    points: [0, ends].map((x) => ({
      step: x,
      flops: x,
      totalFlops: x,
      k: 1,
      n: 9,
      accuracy: { value: 0.1, lo: 0, hi: 0.2 },
      greedy: null,
    })),
    ...change,
  })

  it('counts a second run of the same seed as no second seed and keeps the longer one', () => {
    const [family] = familiesOf([run('run_a', 1, 10), run('run_b', 1, 30)])
    expect([family?.seeds, family?.spots.at(-1)?.x]).toEqual([1, 30])
  })

  it('keeps switch points apart and names them where there are several', () => {
    const sequential = { paradigm: 'sequential' as const, parent: 'run_sft' }
    const names = familiesOf([
      run('run_a', 1, 10, { ...sequential, parentStep: 50 }),
      run('run_b', 1, 10, { ...sequential, parentStep: 150 }),
    ]).map(({ title }) => title)
    expect(names).toEqual(['SFT → GRPO @50', 'SFT → GRPO @150'])
  })

  it('names the data where one method ran on several sets, and counts no copy', () => {
    const origin = { sameAs: 'run_a' } as BranchCurve['origin']
    const names = familiesOf([
      run('run_a', 1, 10, { data: 'easy' }),
      run('run_b', 1, 10, { data: 'hard' }),
      run('run_c', 1, 10, { data: 'uniform', origin }),
    ]).map(({ title }) => title)
    expect(names).toEqual(['GRPO · easy', 'GRPO · hard'])
  })

  it('can be those of one data set, pure RL beside each', () => {
    const sft = { paradigm: 'sft' as const, objective: 'sft', parent: null, parentStep: null }
    const branch = { paradigm: 'sequential' as const, parentStep: 5, data: 'prompts' }
    const curves = [
      run('sft_easy', 1, 10, { ...sft, data: 'easy' }),
      run('sft_hard', 1, 10, { ...sft, data: 'hard' }),
      run('rl_easy', 1, 20, { ...branch, parent: 'sft_easy' }),
      run('rl_hard', 1, 20, { ...branch, parent: 'sft_hard' }),
      run('pure', 1, 20),
    ]
    expect(dataSetsOf(curves)).toEqual(['easy', 'hard'])
    expect(curvesOn(curves, 'hard').map(({ run }) => run)).toEqual(['sft_hard', 'rl_hard', 'pure'])
  })

  it('lists models by how many curves they have, single points aside', () => {
    const small = { model: 'small' }
    const point = run('run_p', 1, 10, { model: 'printed' })
    const printed = { ...point, points: point.points.slice(0, 1) }
    const curves = [run('run_l', 1, 10, { model: 'large' }), run('run_a', 1, 10, small), run('run_b', 2, 10, small)]
    expect(modelsOf([...curves, printed, printed, printed])).toEqual(['small', 'large'])
  })
})
