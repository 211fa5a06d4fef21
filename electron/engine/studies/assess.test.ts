import { describe, expect, it } from 'vitest'
import { assess, type StudyRunFacts } from './assess.ts'
import { quickPlan, quickSettings } from './quick-plan.ts'

const run = (part: Partial<StudyRunFacts>): StudyRunFacts => ({
  ...{ name: 'SFT', state: 'queued', share: 0, seconds: 100, secondsLeft: 100, width: 1, activity: null, error: null },
  isOnItsWay: part.state === undefined || part.state === 'queued' || part.state === 'running',
  ...part,
})

describe('how a study stands', () => {
  it('weighs runs by their time and their width', () => {
    const runs = [
      run({ state: 'completed' }),
      run({ state: 'running', share: 0.5, secondsLeft: 50, width: 0.5, activity: 'training', name: 'RL' }),
    ]
    expect(assess(runs)).toEqual({
      state: 'running',
      now: 'RL: training',
      done: 125 / 150,
      secondsLeft: 25,
      error: null,
    })
  })

  it('weighs all the same while a time is not known, and tells no time left', () => {
    const runs = [run({ state: 'completed', seconds: null }), run({ seconds: null, secondsLeft: null })]
    expect(assess(runs)).toMatchObject({ done: 0.5, secondsLeft: null, now: 'waiting for its turn' })
  })

  it('is stuck when nothing comes by itself, with the first reason', () => {
    const error = { code: 'run.crashed', message: 'It crashed.' } as const
    expect(assess([run({ state: 'completed' }), run({ state: 'failed', error, name: 'RL' })])).toMatchObject({
      state: 'stuck',
      error,
      now: 'RL is failed',
    })
    expect(assess([run({ state: 'failed', error }), run({ state: 'running' })]).state).toBe('running')
    // What is queued behind it waits in vain.
    expect(
      assess([run({ state: 'failed', error, name: 'SFT' }), run({ state: 'queued', isOnItsWay: false })]),
    ).toMatchObject({ state: 'stuck', error })
  })

  it('is complete when all is', () => {
    expect(assess([run({ state: 'completed' }), run({ state: 'completed' })])).toMatchObject({
      state: 'complete',
      done: 1,
      secondsLeft: 0,
    })
  })
})

describe('the quick plan', () => {
  const plan = quickPlan(4, 2)

  it('ends every arm at one total and evaluates all on the same prompts', () => {
    const arms = plan.filter(({ role }) => role !== 'base' && role !== 'sft')
    expect(new Set(arms.map(({ spec }) => spec.stages[0]!.budget.totalFlops))).toEqual(
      new Set([quickSettings.totalFlops]),
    )
    expect(new Set(plan.map(({ spec }) => JSON.stringify(spec.stages[0]!.evaluation.data))).size).toBe(1)
    expect(plan[0]!.spec.stages[0]!.evaluation).toMatchObject({
      samples: 4,
      temperature: 1,
      greedy: true,
      data: { lab: { rows: 512 } },
    })
  })

  it('names a start that comes before', () => {
    const seen = new Set<string>()
    for (const { key, from } of plan) {
      if (from !== null) expect(seen).toContain(from)
      seen.add(key)
    }
  })

  it('takes other data for another seed', () => {
    const dataOf = (seed: number) =>
      JSON.stringify(
        quickPlan(seed, 2)
          .slice(1)
          .map(({ spec }) => spec.stages[0]!.data),
      )
    expect(dataOf(1)).not.toBe(dataOf(2))
  })

  it('runs arms side by side where there are two threads, alone where there is one', () => {
    expect(quickPlan(1, 2).at(-1)!.spec.engine.threads).toBe(1)
    expect(quickPlan(1, 1).at(-1)!.spec.engine.threads).toBeUndefined()
  })
})
