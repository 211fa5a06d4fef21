import { expect, it } from 'vitest'
import { checkTarget, chooseCandidates, type SftFacts } from './candidates.ts'

/** Loss falls to step 200, rises after: Adaptive, Stable, Mild and Severe are all there. */
const steps = Array.from({ length: 17 }, (_, i) => 25 * i)
const sft: SftFacts = {
  id: 'run_sft',
  name: 'SFT',
  checkpoints: steps.map((step) => ({ step, flops: 1e9 * step })),
  validation: steps.map((step) => ({ step, loss: 1 + ((step - 200) / 400) ** 2 })),
}

it('tries one checkpoint of each regime first', () => {
  const chosen = chooseCandidates(sft, { count: 4 })
  expect(chosen.map(({ regime }) => regime)).toEqual(['adaptive', 'stable', 'mild', 'severe'])
})

it('fills the widest gaps, never takes step 0 by itself, and gives no more than there are', () => {
  const chosen = chooseCandidates(sft, { count: 8 })
  expect(chosen).toHaveLength(8)
  expect(chosen.map(({ step }) => step)).toEqual([...chosen.map(({ step }) => step)].sort((a, b) => a - b))
  expect(chosen[0]!.step).toBe(25)
  expect(chooseCandidates(sft, { count: 24 })).toHaveLength(16)
})

it('takes the steps that are named, in order, once', () => {
  expect(chooseCandidates(sft, { count: 6, steps: [100, 0, 100] }).map(({ step }) => step)).toEqual([0, 100])
  expect(() => chooseCandidates(sft, { count: 6, steps: [100, 110] })).toThrow(/no checkpoint at step 110/)
  expect(() => chooseCandidates(sft, { count: 6, steps: [100, 100] })).toThrow(/nothing to choose/)
})

it('works without validation losses, and refuses a run with one checkpoint', () => {
  const bare = { ...sft, validation: [] }
  expect(chooseCandidates(bare, { count: 3 }).map(({ step, regime }) => [step, regime])).toEqual([
    [25, null],
    [100, null],
    [400, null],
  ])
  expect(() => chooseCandidates({ ...sft, checkpoints: sft.checkpoints.slice(0, 2) }, { count: 3 })).toThrow(
    /nothing to choose/,
  )
})

it('refuses a target that leaves no RL to the last candidate', () => {
  const chosen = chooseCandidates(sft, { count: 4 })
  expect(() => checkTarget(chosen, 0, 4e11)).toThrow(/nothing is left for RL after step 400/)
  expect(() => checkTarget(chosen, 0, 5e11)).not.toThrow()
})
