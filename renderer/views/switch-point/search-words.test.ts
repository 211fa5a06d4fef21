import { describe, expect, it } from 'vitest'
import type { SwitchSearch } from '#shared/contract/switch-study.ts'
import { candidateStates } from '#shared/contract/switch-study.ts'
import { candidateWords, searchStatus } from './search-words.ts'
import { searchTable, searchTitle } from './titles.ts'

const search = (part: Partial<SwitchSearch>): SwitchSearch =>
  ({
    ...{
      state: 'running',
      now: 'RL from step 25 and 50',
      chosen: null,
      expectedRegret: null,
      candidates: [],
      target: 1e12,
    },
    ...part,
  }) as SwitchSearch
const chosen = { step: 1250, run: 'run_a', regime: 'stable' } as const

describe('a search in a few words', () => {
  it('says what it does now, who leads and what was stopped', () => {
    const stopped = { state: 'given-up' } as SwitchSearch['candidates'][number]
    expect(searchStatus(search({ chosen, expectedRegret: 0.42, candidates: [stopped] })).words).toBe(
      'RL from step 25 and 50. Step 1,250 leads so far; 0.4 points of regret to be expected. 1 branch stopped early.',
    )
    expect(searchStatus(search({})).words).toBe('RL from step 25 and 50.')
  })

  it('gives the answer when it has ended, and keeps what was trained when it has not', () => {
    expect(searchStatus(search({ state: 'done', chosen, expectedRegret: 0.1 })).title).toBe('Switch at step 1,250')
    expect(searchStatus(search({ state: 'interrupted', chosen })).words).toContain('What was trained is saved.')
    expect(searchTitle(search({ state: 'done', chosen }))).toBe(
      'Switching at step 1,250 is chosen, compared at 1.00 TFLOP',
    )
    expect(searchTitle(search({ target: null }))).toContain('when the SFT run has ended')
  })

  it('has a word for every state of a candidate', () => {
    const words = candidateStates.map((state) => candidateWords({ state, runState: 'running' }).word)
    expect(new Set(words).size).toBe(candidateStates.length)
    expect(candidateWords({ state: 'running', runState: 'queued' }).word).toBe('queued')
  })

  it('puts the numbers behind the chart into a table', () => {
    const candidate = {
      ...{ step: 25, state: 'resting', runState: 'completed', pSft: 30, measured: null, rlFlops: 1e9, chance: 0.25 },
      forecast: { mean: 60, sd: 1, lo: 58.7, hi: 61.3 },
    } as unknown as SwitchSearch['candidates'][number]
    const { columns, rows } = searchTable(search({ candidates: [candidate] }))
    expect(rows[0]).toHaveLength(columns.length)
    expect(rows[0]).toEqual([
      25,
      'in play',
      '30.0',
      '–',
      '60.0',
      '58.7',
      '61.3',
      expect.stringMatching(/^25/),
      '1.00 GFLOP',
    ])
  })
})
