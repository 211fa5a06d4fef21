import { expect, it } from 'vitest'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { scoreChoices } from './scores.ts'

const curve = (scores: Record<string, number> | undefined, benchmarks: Record<string, number>, greedy = false) =>
  ({
    origin: scores ? { benchmarks } : null,
    points: [{ scores, greedy: greedy ? { value: 0.5, lo: 0.4, hi: 0.6 } : null }],
  }) as unknown as BranchCurve

it('offers what the curves know: each benchmark with its size, groups that are whole', () => {
  const scores = { gsm8k: 0.9, math: 0.6, aime: 0.2 }
  const choices = scoreChoices([curve(scores, { gsm8k: 1317, math: 237, aime: 25 })])
  expect(choices.map(({ value }) => value)).toEqual(['overall', 'easy', 'gsm8k', 'math', 'aime'])
  expect(choices.find(({ value }) => value === 'easy')?.hint).toBe('1554 problems')
  expect(choices[0]).toMatchObject({ title: 'overall, by size', hint: '1579 problems' })
})
it('offers the greedy answer of runs trained here, and no benchmark they were never asked', () => {
  expect(scoreChoices([curve(undefined, {}, true)]).map(({ value }) => value)).toEqual(['overall', 'greedy'])
  expect(scoreChoices([curve(undefined, {})]).map(({ title }) => title)).toEqual(['avg@k, test prompts'])
})
