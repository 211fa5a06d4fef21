import { expect, it } from 'vitest'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { choiceGroups } from './choice-groups.ts'
import { mainFigure } from './main-figure.ts'
import type { Facet } from '../../curves/facets.ts'

const curve = (run: string, change: Partial<BranchCurve>) =>
  ({
    run,
    name: run,
    paradigm: 'sequential',
    data: 'rl prompts',
    parent: 'sft',
    parentStep: 100,
    ...change,
  }) as BranchCurve

it('puts a branch under the data set of its SFT run, in the order of the switch', () => {
  const groups = choiceGroups([
    curve('sft', { paradigm: 'sft', data: 'Hard102K', parent: 'base' }),
    curve('late', { parentStep: 300 }),
    curve('early', {}),
    curve('pure', { paradigm: 'rl', parent: 'base' }),
    curve('luffy', { paradigm: 'synchronized', data: 'Hard102K', parent: 'base' }),
    curve('orphan', { parent: 'gone' }),
  ])
  expect(groups.map(({ title, runs }) => [title, runs.map(({ run }) => run)])).toEqual([
    ['Hard102K', ['early', 'luffy', 'late']],
    ['RL without SFT', ['pure']],
    ['rl prompts', ['orphan']],
  ])
})

it('lays facets out five a row, a panel wider the more bars it has', () => {
  const facet = (title: string, bars: number) =>
    ({ title, bars: Array.from({ length: bars }), minValLoss: 0.4, meanCeiling: 80.04 }) as unknown as Facet
  const { panels, tables } = mainFigure(
    [13, 6, 6, 7, 6, 2].map((count, at) => ({
      facet: facet(`set ${at}`, count),
      table: { columns: [], rows: [] },
      option: () => () => ({}),
    })),
  )
  expect(panels[0]!.width).toBeGreaterThan(panels[1]!.width)
  expect(panels.map(({ y }) => y > 0)).toEqual([false, false, false, false, false, true])
  expect(panels[5]!.x).toBe(0)
  for (const at of [1, 2, 3, 4]) expect(panels[at]!.x).toBeGreaterThan(panels[at - 1]!.x + panels[at - 1]!.width)
  expect(panels[0]!.title).toBe('set 0  mean 80.0  min loss 0.40')
  expect(tables.map(({ title }) => title)).toContain('set 5')
})
