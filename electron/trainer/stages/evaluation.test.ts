import { describe, expect, it } from 'vitest'
import { eventsOf, runStage } from '../fixtures/stage-run.ts'

const lab = (rows: number) => ({ lab: { set: 'uniform' as const, rows, seed: 1 } })
const benchmarks = [
  { name: 'large', data: lab(6) },
  { name: 'small', data: lab(3), samples: 8 },
]
const stage = { kind: 'rl', prompts: 2, answers: 2, budget: { steps: 1 } } as const

describe('an evaluation on several benchmarks', () => {
  it('samples each as often as it asks, and weighs them by their problems', async () => {
    const evaluation = { every: 1, samples: 2, benchmarks }
    const { events, policy, data } = await runStage({ ...stage, evaluation }, { benchmarks: { large: 6, small: 3 } })
    const tests = policy.calls.generated.filter(({ prompts }) => prompts.length !== 2)
    expect(
      tests.slice(0, 3).map(({ prompts, answers, temperature }) => [prompts.length, answers, temperature]),
    ).toEqual([
      [6, 2, 1],
      [3, 8, 1],
      [9, 1, 0],
    ])
    const [{ result }] = eventsOf(events, 'evaluation') as [ReturnType<typeof eventsOf<'evaluation'>>[number]]
    expect(result.promptIds).toEqual(data.test.map(({ id }) => id))
    expect(result.benchmarks).toEqual([
      { name: 'large', prompts: 6, k: 2 },
      { name: 'small', prompts: 3, k: 8 },
    ])
    const share = (from: number, to: number, k: number) =>
      result.correct.slice(from, to).reduce((sum, right) => sum + right / k, 0) / (to - from)
    const { values } = eventsOf(events, 'metrics').find(({ of }) => of === 'evaluation')!
    expect(values['eval/large']).toBeCloseTo(share(0, 6, 2), 12)
    expect(values['eval/small']).toBeCloseTo(share(6, 9, 8), 12)
    expect(values['eval/accuracy']).toBeCloseTo((6 * share(0, 6, 2) + 3 * share(6, 9, 8)) / 9, 12)
  })

  it('says nothing of benchmarks where there is one test set', async () => {
    const { events } = await runStage({ ...stage, evaluation: { every: 1, samples: 2 } }, { test: 5 })
    const [{ result }] = eventsOf(events, 'evaluation') as [ReturnType<typeof eventsOf<'evaluation'>>[number]]
    expect([result.k, result.correct.length, 'benchmarks' in result]).toEqual([2, 5, false])
  })
})
