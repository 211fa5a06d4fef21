import { describe, expect, it } from 'vitest'
import { ago, duration, timeLeft } from './times.ts'

describe('times as a person says them', () => {
  it.each([
    [0.4, '0 s'],
    [31, '31 s'],
    [110, '1 min 50 s'],
    [743.2, '12 min'],
    [3599, '1 h'],
    [12_000, '3 h 20 min'],
    [187_200, '2 d 4 h'],
  ])('%d s is %s', (seconds, words) => expect(duration(seconds)).toBe(words))
  it('says what is left so coarsely that it does not jitter', () => {
    expect([2, 41, 43, 130, 7000].map(timeLeft)).toEqual([
      'a few seconds left',
      '45 s left',
      '45 s left',
      '2 min left',
      '1 h 57 min left',
    ])
  })
  it('says how long ago', () => {
    const now = new Date(2026, 10, 24, 18, 42).getTime()
    const at = (...parts: [number, number, number, number, number]) => ago(new Date(...parts).getTime(), now)
    expect([
      ago(now - 20_000, now),
      ago(now - 12 * 60_000, now),
      at(2026, 10, 24, 9, 5),
      at(2026, 10, 23, 23, 59),
      at(2026, 10, 9, 12, 0),
      at(2025, 10, 9, 12, 0),
    ]).toEqual(['just now', '12 min ago', '09:05', 'yesterday', '9 Nov', '9 Nov 2025'])
  })
})
