import { describe, expect, it } from 'vitest'
import { panelsFor, panelTitle, quietLast } from './panels.ts'

describe('panels', () => {
  it('puts a stage’s own first, shows only keys that exist, and each key once', () => {
    const panels = panelsFor('sft', [
      'train/loss',
      'val/loss',
      'train/grad_norm',
      'eval/accuracy',
      'my/metric',
      'eval/greedy',
    ])
    expect(panels.map(({ id }) => id)).toEqual(['val/loss', 'accuracy', 'train/grad_norm', 'my/metric'])
    const all = panels.flatMap(({ keys }) => keys)
    expect(new Set(all).size).toBe(all.length)
  })

  it('puts what was zero throughout last', () => {
    const values: Record<string, number[]> = {
      'train/reward': [0, 1],
      'train/clip_ratio': [0, 0],
      'train/grad_norm': [2],
    }
    const panels = panelsFor('rl', Object.keys(values))
    expect(panels.map(({ id }) => id)).toEqual(['train/reward', 'train/clip_ratio', 'train/grad_norm'])
    const ordered = quietLast(panels, (key) => values[key] ?? [])
    expect(ordered.map(({ id }) => id)).toEqual(['train/reward', 'train/grad_norm', 'train/clip_ratio'])
  })

  it('titles are findings', () => {
    const [reward] = panelsFor('rl', ['train/reward'])
    const rising = Array.from({ length: 60 }, (_, i) => i)
    expect(panelTitle(reward!, rising, true)).toBe('Reward is still rising')
    expect(panelTitle(panelsFor('rl', ['eval/aime25'])[0]!, [], false)).toBe('AIME25')
    const [loss] = panelsFor('sft', ['val/loss'])
    expect(panelTitle(loss!, [1, 0.5, 0.6], true)).toBe('Validation loss is 20\u202f% above its minimum')
    expect(panelTitle(loss!, [1, 0.5, 0.505], true)).toBe('Validation loss is at its minimum')
  })
})
