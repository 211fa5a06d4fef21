import { describe, expect, it } from 'vitest'
import { labelOffsets } from './families.option.ts'

const end = (key: string, value: number, x = 1) => ({ key, title: `SFT → GRPO ${key}`, x, value })

describe('labels at line ends', () => {
  it('stay where they are while none touches another', () => {
    expect([...labelOffsets([end('a', 80), end('b', 40)], 60)]).toEqual([
      ['a', 0],
      ['b', 0],
    ])
  })
  it('move down from the best score, whole lines', () => {
    const offsets = labelOffsets([end('b', 79.9), end('a', 80)], 60)
    expect([offsets.get('a'), offsets.get('b')]).toEqual([0, 14])
  })
  it('do not mind lines that end elsewhere', () => {
    expect(labelOffsets([end('a', 80, 0.2), end('b', 80, 0.9)], 60).get('b')).toBe(0)
  })
  it('are left out where there is no room near the end', () => {
    const many = Array.from({ length: 20 }, (_, i) => end(String(i), 80 - i / 100))
    const offsets = labelOffsets(many, 60)
    expect(offsets.size).toBeLessThan(10)
    expect(offsets.has('0')).toBe(true)
  })
})
