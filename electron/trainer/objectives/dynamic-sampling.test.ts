import { describe, expect, it } from 'vitest'
import { objectivePresets } from '#shared/experiment/objectives.ts'
import { addRound, noRounds, samplingDecision, winsOf } from './dynamic-sampling.ts'
import type { RolloutGroup } from './update-row.ts'
import { vector } from './vectors.ts'

const group = (promptId: number, results: readonly number[]): RolloutGroup => ({
  promptId,
  promptTokens: new Int32Array(1),
  answers: results.map((r) => ({ responseTokens: new Int32Array(2), correct: r === 1, reward: r, stopped: true })),
})
const settings = objectivePresets.dapo_dc.dynamicSampling

describe('addRound', () => {
  it('keeps and drops what the reference does', () => {
    const { config, inputs, expected } = vector('dapo_dynamic_sampling')
    const need = config['train_prompts'] as number
    const rounds = inputs['rounds'] as number[][][]
    let state = noRounds
    for (const [r, round] of rounds.entries()) {
      expect(samplingDecision(state, need, settings).do).toBe('sample')
      state = addRound(
        state,
        round.map((results, p) => group(10 * r + p, results)),
        need,
      )
    }
    const kept = state.kept.map(({ promptId }) => [Math.floor(promptId / 10), promptId % 10])
    expect(kept).toEqual(expected['kept'])
    expect(state.surplus).toBe((expected['dropped_surplus'] as unknown[]).length)
    expect(state.rounds).toBe(expected['gen_batches'])
    expect(state.solvedAll).toBe(expected['solve_all'])
    expect(state.solvedNone).toBe(expected['solve_none'])
    expect(samplingDecision(state, need, settings)).toEqual({ do: 'train' })
  })

  it('goes by right answers, not by shaped rewards', () => {
    const shaped: RolloutGroup = {
      ...group(0, []),
      answers: [
        { responseTokens: new Int32Array(2), correct: true, reward: -0.5, stopped: false },
        { responseTokens: new Int32Array(2), correct: false, reward: 0, stopped: true },
      ],
    }
    expect(winsOf(shaped)).toBe(1)
    expect(addRound(noRounds, [shaped], 1).kept).toEqual([shaped])
  })
})

describe('samplingDecision', () => {
  const after = (rounds: number, kept: number) =>
    Array.from({ length: rounds }).reduce<typeof noRounds>(
      (state, _, r) => addRound(state, r < kept ? [group(r, [0, 1])] : [group(r, [1, 1]), group(r, [0, 0])], 4),
      noRounds,
    )

  it('asks for rounds of a multiple of the batch', () =>
    expect(samplingDecision(noRounds, 5, { ...settings, roundFactor: 1.5 })).toEqual({ do: 'sample', prompts: 8 }))

  it('stops with the counts when the rounds are used up', () => {
    const decision = samplingDecision(after(10, 3), 4, settings)
    expect(decision).toMatchObject({ do: 'stop' })
    expect(decision.do === 'stop' && decision.why).toMatch(
      /After 10 rounds only 3 of 4 .* 7 were solved by all answers, 7 by none/,
    )
  })

  it('can train on the part, but not on nothing, or go on for ever', () => {
    expect(samplingDecision(after(10, 3), 4, { ...settings, whenExhausted: 'train-partial' })).toEqual({ do: 'train' })
    expect(samplingDecision(after(10, 0), 4, { ...settings, whenExhausted: 'train-partial' }).do).toBe('stop')
    expect(samplingDecision(after(50, 3), 4, { ...settings, maxRounds: 0 }).do).toBe('sample')
  })
})
