import { expect, it } from 'vitest'
import type { HeatMap, Scorer } from '#shared/contract/datasets.ts'
import { heatMapFinding } from './heat-map.option.ts'

const scorer = (id: string, title: string, harder: Scorer['harder']): Scorer => ({
  id,
  title,
  unit: '',
  harder,
  missing: 0,
  min: 0,
  max: 3,
  integer: true,
})
const diagonal = [0, 1, 2].map((row) => [0, 1, 2].map((column) => (row === column ? 10 : 1)))
const map = (cells: number[][]): HeatMap => ({
  x: { scorer: 'x', edges: [0, 1, 2, 3] },
  y: { scorer: 'y', edges: [0, 1, 2, 3] },
  cells,
})
const length = scorer('length', 'Length', 'higher')

it('says which way difficulty and length go', () => {
  expect(heatMapFinding(map(diagonal), scorer('steps', 'Steps', 'higher'), length)).toBe(
    'Harder trajectories are longer',
  )
  // A low pass rate is hard: length falling with the pass rate is length rising with difficulty.
  expect(heatMapFinding(map([...diagonal].reverse()), scorer('pass', 'Pass rate', 'lower'), length)).toBe(
    'Harder trajectories are longer',
  )
  expect(
    heatMapFinding(
      map([
        [5, 5],
        [5, 5],
      ]),
      scorer('steps', 'Steps', 'higher'),
      length,
    ),
  ).toBe('Length and steps hardly go together')
  expect(
    heatMapFinding(map(diagonal), scorer('steps', 'Steps', 'higher'), scorer('novel', 'Novel operators', 'higher')),
  ).toBe('Novel operators rises with steps')
})
