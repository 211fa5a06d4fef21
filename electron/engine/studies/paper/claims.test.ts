import { expect, it } from 'vitest'
import { paperClaims, spreads, type PaperArm, type PaperTrunk } from './claims.ts'
import type { PaperSet } from './plan.ts'

const arm = (seed: number, role: PaperArm['role'], end: number, more: Partial<PaperArm> = {}): PaperArm => ({
  ...{ seed, role, end, set: 'uniform-1000', regime: null, parentStep: null, start: 20, ceiling: null },
  ...more,
})
const branch = (seed: number, set: PaperSet, regime: PaperArm['regime'], parentStep: number, start: number, end: number) => arm(seed, 'branch', end, { set, regime, parentStep, start }) // prettier-ignore

/** Ends in percent as the small probes of the lab task had them, a little apart in each seed. */
const world = (seed: number): { arms: PaperArm[]; trunks: PaperTrunk[] } => ({
  arms: [
    branch(seed, 'uniform-1000', 'adaptive', 75, 20, 48 + seed),
    branch(seed, 'uniform-1000', 'stable', 150, 30, 80 + seed),
    branch(seed, 'uniform-1000', 'severe', 400, 38, 88),
    branch(seed, 'uniform-250', 'stable', 50, 20, 46),
    branch(seed, 'uniform-4000', 'stable', 400, 45, 94),
    branch(seed, 'easy-1000', 'stable', 125, 18, 46),
    branch(seed, 'hard-1000', 'stable', 150, 34, 89),
    arm(seed, 'pure-rl', 40),
    arm(seed, 'luffy', 38),
    arm(seed, 'srft', 30),
    arm(seed, 'pure-sft', 55),
  ],
  trunks: (
    [
      ['uniform-250', 0.69, 24],
      ['uniform-1000', 0.456, 39],
      ['uniform-4000', 0.293, 50],
      ['easy-1000', 0.871, 25],
      ['hard-1000', 0.453, 40],
    ] as const
  ).map(([set, minValLoss, best]) => ({ seed, set, minValLoss, best })),
})
const worlds = (seeds: number[]) => ({
  arms: seeds.flatMap((seed) => world(seed).arms),
  trunks: seeds.flatMap((seed) => world(seed).trunks),
})
const claimOf = (name: string, { arms, trunks }: ReturnType<typeof worlds>, measure = 'end') =>
  paperClaims(arms, trunks).find((claim) => claim.name === name && claim.measure === measure)!

const three = worlds([1, 2, 3])

it('sets the branch from the minimum against the best synchronized method, seed by seed', () => {
  const claim = claimOf('sequential-beats-synchronized', three)
  expect(claim.effects).toEqual([
    { seed: 1, effect: 43 },
    { seed: 2, effect: 44 },
    { seed: 3, effect: 45 },
  ])
  expect(claim.verdict).toBe('supported')
  expect(claim.mean).toBeCloseTo(44)
  // t(0.975, 2) = 4.3027, SD 1, n 3
  expect(claim.lo).toBeCloseTo(44 - 4.302653 / Math.sqrt(3), 4)
  expect(claim.p).toBe(0.25)
})

it('takes scale as a slope over doublings', () => {
  // Stable ends 46, 81, 94 at log2 N two apart: (94 - 46) / 4.
  expect(claimOf('scale-raises-the-ceiling', three).effects[0]!.effect).toBeCloseTo(12)
})

it('takes difficulty as a slope over its steps, and loss per tenth of a nat', () => {
  expect(claimOf('difficulty-raises-the-ceiling', three).effects[0]!.effect).toBeCloseTo((89 - 46) / 2)
  expect(claimOf('lower-loss-higher-ceiling', three).effects[0]!.effect).toBeGreaterThan(0)
})

it('contradicts a claim that the runs turn over', () => {
  const late = claimOf('severe-lowers-the-ceiling', three)
  expect(late.effects.map(({ effect }) => effect)).toEqual([-7, -6, -5])
  expect(late.verdict).toBe('contradicted')
  expect(claimOf('small-set-leads-by-sft-alone', three).effects[0]!.effect).toBe(-26)
  // Gains 29 from Adaptive (48 + 1 - 20) against 50 from Severe.
  expect(claimOf('plasticity-falls-with-sft', three).effects[0]!.effect).toBe(49 - 20 - (88 - 38))
})

it('leaves a single seed undecided', () => {
  const claim = claimOf('sequential-beats-synchronized', worlds([1]))
  expect(claim).toMatchObject({ verdict: 'undecided', mean: 43, lo: null, hi: null })
})

it('leaves a claim out of a measure that the runs cannot give', () => {
  expect(claimOf('stable-beats-adaptive', three, 'ceiling')).toMatchObject({ verdict: 'undecided', effects: [], mean: null }) // prettier-ignore
  const { arms, trunks } = three
  const withCeilings = { arms: arms.map((each) => ({ ...each, ceiling: each.role === 'branch' ? each.end + 1 : null })), trunks } // prettier-ignore
  expect(claimOf('stable-beats-adaptive', withCeilings, 'ceiling').effects).toHaveLength(3)
  expect(claimOf('sequential-beats-pure-rl', withCeilings, 'ceiling').effects).toEqual([])
})

it('compares the spread between seeds', () => {
  const found = spreads(three.arms).find(({ role, set }) => role === 'branch' && set === 'uniform-1000')
  expect(found).toMatchObject({ n: 3, mean: 82, sd: 1 })
})
