import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chartTheme } from './chart-theme.ts'
import { scoreAxis, scoreRange } from './score-axis.ts'

it('ends at fives with room around the scores', () => {
  expect(scoreRange([71, 83])).toEqual({ low: 65, high: 85 })
  expect(scoreRange([71, 83.5])).toEqual({ low: 65, high: 90 })
  expect(scoreRange([71, 83.5], 1)).toEqual({ low: 70, high: 85 })
})

it('holds every score, and nothing that is none', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (scores) => {
      const { low, high } = scoreRange(scores)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(100)
      for (const score of scores) expect(score >= low && score <= high).toBe(true)
    }),
  )
})

it('labels a limit where it is a round number', () => {
  const { axisLabel } = scoreAxis(chartTheme('light'), { low: 65, high: 90 }, 40)
  expect(axisLabel).toMatchObject({ showMinLabel: false, showMaxLabel: true })
})
