import { expect, it } from 'vitest'
import { diceFor, shuffle } from './dice.ts'
import { pearson } from './statistics.ts'

it('the same seed gives the same draws, another seed others', () => {
  const draws = (seed: number) => {
    const dice = diceFor(seed)
    return Array.from({ length: 5 }, () => dice.normal())
  }
  expect(draws(7)).toEqual(draws(7))
  expect(draws(7)).not.toEqual(draws(8))
})

it('neighbouring seeds are strangers from the first draw on', () => {
  const firsts = Array.from({ length: 500 }, (_, seed) => diceFor(seed).uniform())
  expect(Math.abs(firsts.reduce((a, b) => a + b, 0) / 500 - 0.5)).toBeLessThan(0.05)
  expect(Math.abs(pearson(firsts.slice(1), firsts.slice(0, -1)).value)).toBeLessThan(0.12)
  const normals = Array.from({ length: 400 }, (_, seed) => {
    const dice = diceFor(seed)
    return Array.from({ length: 20 }, () => dice.normal())
  })
  const means = normals.map((n) => n.reduce((a, b) => a + b, 0) / Math.sqrt(20))
  expect(means.reduce((a, b) => a + b * b, 0) / 400).toBeGreaterThan(0.8)
  expect(means.reduce((a, b) => a + b * b, 0) / 400).toBeLessThan(1.2)
})

it('normals have mean 0 and SD 1, uniforms fill 0..1, integers their range', () => {
  const dice = diceFor(3)
  const normals = Array.from({ length: 20_000 }, () => dice.normal())
  expect(Math.abs(normals.reduce((a, b) => a + b, 0) / 20_000)).toBeLessThan(0.03)
  expect(Math.abs(normals.reduce((a, b) => a + b * b, 0) / 20_000 - 1)).toBeLessThan(0.04)
  const counts = [0, 0, 0]
  for (let i = 0; i < 3_000; i++) counts[dice.below(3)]!++
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(120)
})

it('shuffling keeps every element', () => {
  expect(shuffle([1, 2, 3, 4, 5, 6], diceFor(1)).sort()).toEqual([1, 2, 3, 4, 5, 6])
})
