import { describe, expect, it } from 'vitest'
import type { Belief, SearchDecision } from '#shared/analysis/switch-search.ts'
import type { SwitchCandidate } from '#shared/contract/switch-study.ts'
import type { Branch } from './search-facts.ts'
import { giveUpWords, moveWords, reasonsOf, stopWords } from './words.ts'

const belief = (id: string, mean: number, sd: number, chance: number, rest: Partial<Belief> = {}): Belief => ({
  ...{ id, mean, sd, chance, isDone: false, collapsed: false },
  ...rest,
})
const decision: SearchDecision = {
  move: { kind: 'stop', why: 'budget-spent' },
  choice: '1000',
  beliefs: [belief('25', 41, 2, 0.004), belief('1000', 63.8, 1.6, 0.7), belief('175', 62, 2, 0.29)],
  expectedRegret: 0.42,
  spent: 3e11,
  total: 1e12,
}
const branch = (id: string, evaluations: number): Branch =>
  ({
    search: {
      id,
      target: 1e12,
      points: Array.from({ length: evaluations }, (_, i) => ({ compute: 1e11 * (i + 1), score: 40 })),
    },
  }) as unknown as Branch
const move = (id: string, evaluations: number) => ({
  ...{ branch: branch(id, evaluations), steps: 10, flops: 1e12, toFlops: 3e11 },
  decision,
})

describe('a decision in words', () => {
  it('says what is looked at first', () => {
    expect(moveWords(move('25', 0))).toBe('Step 25: a first look, to 300 GFLOP of RL, 30 % of its way.')
    expect(moveWords(move('25', 1))).toContain('a second look')
  })

  it('says why the leader is run on, and why a rival', () => {
    expect(moveWords(move('1000', 2))).toMatch(
      /^Step 1,000 leads with 63\.8 ± 2\.1 expected, but step 175 may still pass it \(29 %\)/,
    )
    expect(moveWords(move('175', 2))).toMatch(
      /^Step 175 may still beat step 1,000 \(62\.0 ± 2\.6 expected, 29 % to be the best\)/,
    )
  })

  it('says how far a branch came that is stopped, and what was expected of it', () => {
    expect(giveUpWords(branch('25', 2), decision.beliefs[0]!, decision)).toBe(
      'Step 25 is stopped at 20 % of its way: 41.0 ± 2.6 expected, against 63.8 ± 2.1 for step 1,000; under 1 % to be the best.',
    )
    expect(giveUpWords(branch('25', 2), belief('25', 41, 0, 0, { collapsed: true }), decision)).toContain(
      'its training collapsed',
    )
  })

  it('says why the search ends and what may be lost by it', () => {
    expect(stopWords('budget-spent', decision)).toMatch(/does not pay.*step 1,000 is chosen, 0\.4 points of regret/)
    expect(stopWords('all-done', { ...decision, expectedRegret: 0 })).toContain('no regret to be expected')
  })
})

describe('the reasons', () => {
  const candidate = (step: number, chance: number, rest: Partial<SwitchCandidate> = {}): SwitchCandidate => ({
    ...{ step, regime: 'stable', state: 'resting', run: 'run_a', runState: 'completed', sftFlops: 0, rlFlops: 0 },
    ...{ targetFlops: 1e12, pSft: 30, measured: null, points: [], line: [], chance },
    forecast: { mean: 60, sd: 1, lo: 58.7, hi: 61.3 },
    ...rest,
  })
  const outcome = {
    chosen: 25,
    target: 2e12,
    spentFlops: 3e11,
    allFlops: 1e12,
    expectedRegret: 0.4,
    why: 'budget-spent',
  } as const

  it('name the forecast, the next best, the certainty, the price', () => {
    const reasons = reasonsOf({ ...outcome, candidates: [candidate(25, 0.8), candidate(75, 0.2)] })
    expect(reasons[0]).toBe(
      'Step 25 is expected to come to 60.0, 80 % interval 58.7 to 61.3, at 2 TFLOP in all (SFT and RL).',
    )
    expect(reasons[1]).toMatch(/^Next best is step 75.*20 % to be the best\.$/)
    expect(reasons).toContain('80 % sure of the choice; expected regret 0.4 points.')
    expect(reasons).toContain('300 GFLOP of RL spent, 30 % of running all 2 branches out.')
    expect(reasons.at(-1)).toMatch(/^One seed a branch/)
  })

  it('call measured what was run out, and name what collapsed or could not go on', () => {
    const reached = { state: 'reached', forecast: { mean: 61, sd: 0, lo: 61, hi: 61 } } as const
    const reasons = reasonsOf({
      ...outcome,
      candidates: [
        candidate(25, 1, reached),
        candidate(75, 0, { state: 'collapsed' }),
        candidate(100, 0, { state: 'closed' }),
      ],
    })
    expect(reasons[0]).toContain('Step 25 came to 61.0, measured')
    expect(reasons).toContain('RL collapsed from step 75.')
    expect(reasons.some((reason) => reason.includes('step 100 could not go on'))).toBe(true)
  })
})
