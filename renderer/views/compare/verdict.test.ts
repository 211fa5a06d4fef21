import { describe, expect, it } from 'vitest'
import { standings, type Family, type Spot } from '../../curves/families.ts'
import { verdictAt } from './verdict.ts'

const spot = (x: number, value: number): Spot => ({ x, value, lo: value - 1, hi: value + 1 })
const family = (title: string, ...spots: Spot[]): Family => ({
  ...{ key: title, title, paradigm: 'rl', objective: 'grpo', data: 'd', runs: [], seeds: 1 },
  ...{ spots, excluded: [], prefix: [], switchStep: null },
})
const at = (budget: number, ...families: Family[]) => verdictAt(standings(families, budget, null))

describe('the comparison in words', () => {
  const early = family('early', spot(10, 40), spot(20, 50))
  const late = family('late', spot(30, 40), spot(40, 80))

  it('names who leads, a family that ended before included', () => {
    expect(at(40, early, late).title).toBe('late leads by 30.0 points')
  })
  it('has nothing to set a family against while the others have not begun', () => {
    expect(at(15, early, late).title).toBe('Only early has begun at this budget')
  })
  it('leads to the right where all families begin only beyond the budget', () => {
    expect(at(5, early, late)).toEqual({
      title: 'No family has begun at this budget',
      text: 'Move the line to the right.',
    })
  })
})
