import { expect, it } from 'vitest'
import { band } from './band.ts'

it('is the lower edge, unseen, and on it the width, filled', () => {
  const edges = [
    [1, 60, 75],
    [2, -3, 4],
  ] as const
  const [lower, width] = band({ edges, colour: '#102030', alpha: 0.2, opacity: 0.25, name: 'a' })
  expect(lower!.data).toEqual([
    [1, 60],
    [2, -3],
  ])
  expect(width!.data).toEqual([
    [1, 15],
    [2, 7],
  ])
  expect(lower).not.toHaveProperty('areaStyle')
  expect(width).toMatchObject({ areaStyle: { color: '#10203033', opacity: 0.25 } })
  // Below zero too the one stands on the other.
  for (const edge of [lower, width]) expect(edge).toMatchObject({ stack: 'a', stackStrategy: 'all', silent: true })
})
