import { expect, it } from 'vitest'
import { blockedBy, ORDER, ownParts, withWhatTheyNeed } from './parts.mjs'
import { systemParts } from './parts-of-the-system.mjs'

it('brings what a part needs, in the order of provision', () => {
  expect(withWhatTheyNeed(['addon'])).toEqual(['node', 'packages', 'compiler', 'python', 'tensorflow', 'addon'])
  expect(withWhatTheyNeed(['electron', 'node'])).toEqual(['node', 'packages', 'windowLibraries', 'electron'])
  expect(withWhatTheyNeed([])).toEqual([])
})

it('never asks for a part before what it needs', () => {
  for (const name of ORDER) {
    const before = withWhatTheyNeed([name])
    expect(before.at(-1)).toBe(name)
  }
})

it('knows how to provide each part, exactly one way', () => {
  for (const name of ORDER) expect(name in ownParts, name).not.toBe(name in systemParts)
})

it('names the failed part that stands in the way', () => {
  expect(blockedBy('addon', new Set(['compiler']))).toBe('compiler')
  expect(blockedBy('addon', new Set(['electron']))).toBeUndefined()
  expect(blockedBy('node', new Set(['packages']))).toBeUndefined()
})
