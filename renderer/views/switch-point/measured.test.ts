import { describe, expect, it } from 'vitest'
import { nearestCheckpoint } from './measured.ts'

describe('nearest checkpoint', () => {
  it('is the nearest one, and null where none was kept', () => {
    expect(nearestCheckpoint([0, 25, 50], 40)).toBe(50)
    expect(nearestCheckpoint([0, 25, 50], 30)).toBe(25)
    expect(nearestCheckpoint([], 3)).toBeNull()
  })
})
