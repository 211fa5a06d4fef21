import { describe, expect, it } from 'vitest'
import { bestSeenOf, ceilingWords, openInterval, plasticityWords } from './ceiling-words.ts'

const aPost = { value: 83.44, lo: 82.94, hi: 84.38 }

describe('the words of a ceiling', () => {
  it.each([
    ['identified' as const, '83.4 [82.9, 84.4]', '7.2'],
    ['loose' as const, '83.4 [82.9, 84.4]', '7.2'],
    ['not-identifiable' as const, 'at least 80.9', 'at least 4.7'],
  ])('%s', (verdict, ceiling, plasticity) => {
    const stated = { verdict, aPost, bestSeen: 80.93 }
    expect(ceilingWords(stated)).toBe(ceiling)
    expect(plasticityWords(stated, 76.2)).toBe(plasticity)
  })
  it('never promise a plasticity below nothing', () =>
    expect(plasticityWords({ verdict: 'not-identifiable', aPost, bestSeen: 70 }, 76.2)).toBe('at least 0.0'))
  it('an open end is no number', () => {
    expect(openInterval({ lo: 62.42, hi: null })).toBe('[62.4, 100)')
    expect(openInterval({ lo: null, hi: 81 })).toBe('[0.0, 81.0]')
  })
  it('what was seen leaves out what is excluded', () => {
    const points = [0.5, 0.9, 0.7].map((value, i) => ({ step: 10 * i, accuracy: { value } }))
    expect(bestSeenOf(points)).toBeCloseTo(90)
    expect(bestSeenOf(points, [{ step: 10 }])).toBeCloseTo(70)
    expect(bestSeenOf([])).toBe(0)
  })
})
