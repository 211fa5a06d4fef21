import { expect, it } from 'vitest'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import { lossTitle } from './titles.ts'

const titled = (...losses: number[]) =>
  lossTitle(classifyRegimes(losses.map((loss, i) => ({ step: 50 * (i + 1), loss }))))

it('says where the loss is near its minimum', () => {
  expect(titled(1, 0.5, 0.405, 0.4, 0.44, 0.6)).toBe(
    'Validation loss is within 2\u202f% of its minimum from step 150 to 200',
  )
  expect(titled(1, 0.5, 0.4, 0.44, 0.6)).toBe('Validation loss is within 2\u202f% of its minimum at step 150 only')
})

it('does not call a stretch near the minimum that has a break in it', () => {
  expect(titled(1, 0.405, 0.41, 0.4, 0.6)).toBe(
    'Validation loss is within 2\u202f% of its minimum first at step 100, last at 200',
  )
})
