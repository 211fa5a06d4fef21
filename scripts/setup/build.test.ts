import { expect, it } from 'vitest'
import { buildKey } from './build.mjs'

const view = { path: 'renderer/App.vue', size: 10, mtimeMs: 1 }
const test = { path: 'renderer/App.test.ts', size: 10, mtimeMs: 1 }

it('asks for a build when a source was edited, added or removed, not when a test was', () => {
  const key = buildKey([view])
  expect(buildKey([{ ...view, mtimeMs: 2 }])).not.toBe(key)
  expect(buildKey([{ ...view, size: 11 }])).not.toBe(key)
  expect(buildKey([view, { ...view, path: 'renderer/Other.vue' }])).not.toBe(key)
  expect(buildKey([])).not.toBe(key)
  expect(buildKey([view, test])).toBe(key)
})
