import { describe, expect, it } from 'vitest'
import { branchTitles } from './branch-titles.ts'

type Named = Parameters<typeof branchTitles>[0][number]
const curve = (run: string, change: Partial<Named>): Named => ({
  run,
  name: `the run ${run}`,
  paradigm: 'sequential',
  objective: 'grpo',
  data: 'Hard102K',
  seed: 1,
  parent: 'sft',
  parentStep: 720,
  ...change,
})
const sft = curve('sft', { paradigm: 'sft', objective: 'sft', parent: null, parentStep: null })

describe('short names of branches', () => {
  it('say the step alone where nothing else differs', () => {
    const titles = branchTitles([sft, curve('a', {}), curve('b', { parentStep: 1440 })])
    expect([...titles.values()]).toEqual(['step 720', 'step 1,440'])
  })
  it('name the data set of the SFT run where there are several, pure RL of a file from its step 0', () => {
    const easy = { ...sft, run: 'easy', name: 'Easy', data: 'a name that goes on and on' }
    const titles = branchTitles([
      sft,
      easy,
      curve('a', { data: 'prompts' }),
      curve('b', { parent: 'easy' }),
      curve('c', { paradigm: 'rl', parent: 'easy', parentStep: 0 }),
    ])
    expect([...titles.values()]).toEqual(['Hard102K @ 720', 'Easy @ 720', 'Easy @ 0'])
  })
  it('add the seed and the objective where they differ', () => {
    const titles = branchTitles([
      sft,
      curve('a', {}),
      curve('b', { objective: 'dapo', seed: 2 }),
      curve('c', { paradigm: 'rl', parent: 'base', seed: 2 }),
      curve('d', { paradigm: 'synchronized', objective: 'luffy', parent: 'base', seed: 2 }),
    ])
    expect([...titles.values()]).toEqual([
      'step 720, GRPO, seed 1',
      'step 720, DAPO, seed 2',
      'pure RL, seed 2',
      'LUFFY, seed 2',
    ])
  })
  it('keep the own names of two that would be called alike', () => {
    const titles = branchTitles([sft, curve('a', {}), curve('b', {}), curve('c', { parentStep: 10 })])
    expect([...titles.values()]).toEqual(['the run a', 'the run b', 'step 10'])
  })
})
