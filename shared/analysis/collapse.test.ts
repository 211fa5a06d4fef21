import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findCollapse } from './collapse.ts'
import { diceFor } from './dice.ts'
import { binomialSd, noiseSd, pseudoResiduals } from './noise.ts'

const curve = (...scores: number[]) => scores.map((score, i) => ({ compute: i * 2, score }))
/** A rise from 70 to about 78 with normal noise of the given SD. */
const noisy = (n: number, sd: number, seed: number) => {
  const dice = diceFor(seed)
  return curve(70, ...Array.from({ length: n }, (_, i) => 78 - 8 / (1 + i / 3) + sd * dice.normal()))
}

describe('collapse', () => {
  const level = [70, 73, 75, 76, 76.5, 76.2, 76.8]
  const noise = { noise: 0.4 }
  it('three of five evaluations deep below the level reached: from the first of them on', () => {
    const found = findCollapse(curve(...level, 70, 76.4, 71, 72, 76), noise)
    expect(found.collapse).toEqual({ from: 14 })
    expect(found.excluded.slice(6)).toEqual([null, 'collapse', 'collapse', 'collapse', 'collapse', 'collapse'])
  })
  it('two of five are not enough', () => {
    expect(findCollapse(curve(...level, 70, 70.5, 76.5, 76.4, 76.6), noise).collapse).toBeNull()
  })
  it('needs both: more than 3 noise SDs and more than 2 points', () => {
    // Level 76.8: with SD 0.1 a fall of 1.9 is 19 SDs and no collapse; with SD 1 a fall of 2.9 is under 3 SDs.
    expect(findCollapse(curve(...level, 74.9, 74.9, 74.9, 74.9), { noise: 0.1 }).collapse).toBeNull()
    expect(findCollapse(curve(...level, 73.9, 73.9, 73.9, 73.9), { noise: 1 }).collapse).toBeNull()
    expect(findCollapse(curve(...level, 74.7, 74.7, 74.7, 74.7), { noise: 0.1 }).collapse).toEqual({ from: 14 })
  })
  it('counts the checkpoint as a level reached: RL that falls at once has collapsed at once', () => {
    expect(findCollapse(curve(76, 60, 61, 60, 59, 61), noise).collapse).toEqual({ from: 2 })
  })
  it('what follows is out, recovered or not', () => {
    const found = findCollapse(curve(...level, 60, 61, 62, 70, 76, 77, 77, 77), noise)
    expect(found.excluded.slice(7).every((mark) => mark === 'collapse')).toBe(true)
  })
  it('is found although it spoils the estimate of the noise around it', () => {
    const points = [...noisy(20, 0.4, 3).map((p) => p.score), 70, 62, 75, 40, 72, 71, 55, 73, 71, 70]
    expect(findCollapse(curve(...points)).collapse).toEqual({ from: 42 })
  })
})

describe('broken evaluations', () => {
  it('a single hole or spike between normal neighbours, and nothing else is set aside', () => {
    const scores = [70, 73, 75, 76, 76.5, 68, 76.8, 76.6, 85, 76.9, 76.7]
    const found = findCollapse(curve(...scores), { noise: 0.3 })
    expect(found.broken).toEqual([10, 16])
    expect(found.collapse).toBeNull()
  })
  it('a spike does not raise the level that a collapse is measured from', () => {
    const scores = [70, 73, 75, 76, 76.5, 90, 76.8, 76.6, 76.4, 76.9, 76.7]
    expect(findCollapse(curve(...scores), { noise: 0.3 })).toMatchObject({ collapse: null, broken: [10] })
  })
  it('the last point has one neighbour and is never called broken', () => {
    expect(findCollapse(curve(70, 73, 75, 76, 76.5, 76.4, 60), { noise: 0.3 }).broken).toEqual([])
  })
  it('a steep rise is not broken', () => {
    expect(findCollapse(curve(46, 53, 61, 62, 65, 66, 67), { noise: 0.3 }).broken).toEqual([])
  })
})

it('raises no false alarm on curves that only rise and jitter', () => {
  let alarms = 0
  for (let seed = 1; seed <= 300; seed++) {
    const found = findCollapse(noisy(30, 0.4, seed))
    if (found.collapse || found.broken.length > 0) alarms++
  }
  // 5 SDs from both neighbours is rare, but the noise is estimated from 30 points.
  expect(alarms).toBeLessThanOrEqual(6)
})

it('leaves curves alone that are too short to tell their noise', () => {
  expect(findCollapse(curve(70, 20, 71))).toMatchObject({ collapse: null, excluded: [null, null, null] })
})

describe('noise', () => {
  it('second differences over √6 for even spacing, by hand', () => {
    // y = 0, 1, 0, 1: each inner point against the mean of its neighbours is ±1, over √1.5.
    expect(pseudoResiduals(curve(0, 1, 0, 1))).toEqual([
      expect.closeTo(-1 / Math.sqrt(1.5)),
      expect.closeTo(1 / Math.sqrt(1.5)),
    ])
  })
  it('is blind to a straight line, evenly spaced or not', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 5, maxLength: 30 }), (xs) => {
        const points = xs.sort((a, b) => a - b).map((compute) => ({ compute, score: 60 + 0.03 * compute }))
        expect(noiseSd(points)).toBeLessThan(1e-9)
      }),
    )
  })
  it('finds the SD it was given, with one gross error in twenty', () => {
    const estimates = Array.from({ length: 40 }, (_, seed) => {
      const points = noisy(60, 0.4, seed + 1).map((p, i) => (i % 20 === 19 ? { ...p, score: p.score - 15 } : p))
      return noiseSd(points)
    })
    const average = estimates.reduce((a, b) => a + b, 0) / estimates.length
    expect(average).toBeGreaterThan(0.33)
    expect(average).toBeLessThan(0.5)
  })
  it('binomial bound by hand: 75 % of 300 problems', () => {
    expect(binomialSd(75, 300)).toBeCloseTo(2.5, 12)
  })
})
