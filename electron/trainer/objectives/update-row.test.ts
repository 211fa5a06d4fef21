import { describe, expect, it } from 'vitest'
import { everyToken, expertToken, policyToken, shares, weights } from './token-weights.ts'
import {
  expertRow,
  expertsOf,
  responseScores,
  rolloutRow,
  rowInput,
  tokenInput,
  type RolloutGroup,
} from './update-row.ts'

const group: RolloutGroup = {
  promptId: 7,
  promptTokens: Int32Array.of(1, 2),
  answers: [
    { responseTokens: Int32Array.of(3, 4, 5), correct: true, reward: 1, stopped: true, prefixTokens: 1 },
    { responseTokens: Int32Array.of(6), correct: false, reward: 0, stopped: false },
  ],
  experts: [{ responseTokens: Int32Array.of(8, 9), correct: true, reward: 1 }],
}
const rows = [rolloutRow(group, 0, 0.5), rolloutRow(group, 1, -0.5), expertRow(group, 0, 'sft', 0)]
const layout = { rows: 4, width: 6 } // one padding row, T = 5

describe('the layout of a batch', () => {
  it('puts response token j at the column that predicts it', () => {
    expect([...tokenInput(rows, layout, (row, j) => row.responseTokens[j]!)]).toEqual([
      ...[0, 3, 4, 5, 0],
      ...[0, 6, 0, 0, 0],
      ...[0, 8, 9, 0, 0],
      ...[0, 0, 0, 0, 0],
    ])
    expect([...rowInput(rows, layout, (row) => row.advantage)]).toEqual([0.5, -0.5, 0, 0])
  })

  it('reads a scored batch back by row', () => {
    const scored = Float32Array.from({ length: 20 }, (_, i) => i)
    expect(responseScores(rows, scored, 6).map((row) => [...row])).toEqual([[1, 2, 3], [6], [11, 12]])
  })

  it('shares a mean among the tokens it is of', () => {
    const third = Math.fround(1 / 3)
    expect([...shares(rows, layout, everyToken)].filter((w) => w > 0)).toEqual(Array(6).fill(Math.fround(1 / 6)))
    expect([...shares(rows, layout, expertToken)]).toEqual([
      0,
      third,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      third,
      third,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ])
    expect([...shares(rows, layout, policyToken)].filter((w) => w > 0)).toEqual([third, third, third])
    expect([...shares(rows.slice(1, 2), layout, expertToken)].every((w) => w === 0)).toBe(true)
  })

  it('weighs rows that carry no loss with 0', () => {
    const masked = [rows[0]!, { ...rows[1]!, counts: false }]
    const settings = { aggregation: 'seq_mean_token_sum', responseLimit: 8 } as const
    expect([...weights(masked, layout, everyToken, settings)].filter((w) => w > 0)).toEqual([1, 1, 1])
  })
})

describe('expertsOf', () => {
  it('takes as many as there are, up to the number asked for', () => {
    expect(expertsOf(group, 3)).toHaveLength(1)
    expect(expertsOf({ ...group, experts: [group.experts![0]!, group.experts![0]!] }, 1)).toHaveLength(1)
  })
  it('names a prompt without one', () => {
    expect(() => expertsOf({ ...group, experts: [] }, 1)).toThrow('Prompt 7 has no expert answer.')
  })
})
