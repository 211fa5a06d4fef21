import fc from 'fast-check'
import { expect, it } from 'vitest'
import { paperSets, seedPlan, settingsWithin, wallSeconds, type PaperRun, type PaperSettings } from './plan.ts'

const whole: PaperSettings = { seeds: 3, totalFlops: 3e12, everySet: true, everyRival: true }
const stageOf = ({ spec }: PaperRun) => spec.stages[0]!

it('plans a seed: a base, five sets, a branch in every regime of the main one, and every rival', () => {
  const runs = seedPlan(4, whole, 2)
  const count = (role: string) => runs.filter((run) => run.role === role).length
  expect(runs[0]!.role).toBe('base')
  expect(runs.filter(({ role }) => role === 'sft').map(({ set }) => set)).toEqual([...paperSets])
  expect(count('branch')).toBe(9)
  for (const role of ['pure-sft', 'pure-rl', 'luffy', 'srft', 'upt', 'prefix-rft']) expect(count(role)).toBe(1)
  expect(new Set(runs.map(({ key }) => key)).size).toBe(runs.length)
})

it('starts every run from one that was planned before it', () => {
  const known = new Set<string>()
  for (const { key, from } of seedPlan(1, whole, 2)) {
    expect(from === null || known.has(from)).toBe(true)
    known.add(key)
  }
})

it('gives all arms one total, one pool of prompts for rollouts and one test set', () => {
  const arms = seedPlan(2, whole, 2).filter(({ role }) => role !== 'base' && role !== 'sft')
  for (const arm of arms) {
    const stage = stageOf(arm)
    expect(stage.budget.totalFlops).toBe(3e12)
    expect(stage.data).toEqual({ lab: { set: 'uniform', rows: 1000, seed: 22 } })
    expect(stage.evaluation.data).toEqual({ lab: { set: 'uniform', rows: 512, seed: 9001 } })
  }
})

it('draws other data in another seed', () => {
  const data = (seed: number) => seedPlan(seed, whole, 2).filter(({ role }) => role === 'sft').map((run) => JSON.stringify(stageOf(run).data)) // prettier-ignore
  expect(data(1).filter((each) => data(2).includes(each))).toEqual([])
})

it('keeps within the budget, and wants more of a larger one', async () => {
  const secondsOf = ({ totalFlops, everySet, everyRival }: PaperSettings) =>
    Promise.resolve(100 + (totalFlops / 1e12) * (everySet ? 60 : 25) * (everyRival ? 1.5 : 1))
  await fc.assert(
    fc.asyncProperty(fc.double({ min: 200, max: 50_000, noNaN: true }), async (budget) => {
      const chosen = await settingsWithin(budget, secondsOf)
      expect(chosen.seconds).toBeLessThanOrEqual(budget)
      const more = await settingsWithin(2 * budget, secondsOf)
      expect(more.seeds * more.totalFlops).toBeGreaterThanOrEqual(chosen.seeds * chosen.totalFlops)
    }),
  )
})

it('says what it needs when the budget is too small', async () => {
  await expect(settingsWithin(60, () => Promise.resolve(300))).rejects.toMatchObject({
    code: 'input.invalid',
    remedy: expect.stringContaining('5 minutes') as string,
  })
})

it('counts two one-thread runs side by side once', () => {
  const runs = [
    { seconds: 100, threads: 1 },
    { seconds: 100, threads: 1 },
    { seconds: 30, threads: null },
  ]
  expect(wallSeconds(runs, 2)).toBe(130)
})
