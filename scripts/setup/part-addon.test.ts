import { expect, it } from 'vitest'
import { addonKey } from './part-addon.mjs'

const a = { name: 'a.cc', content: 'int a;' }
const b = { name: 'b.h', content: 'int b;' }

it('gives one key to the same sources in any order, another to any change', () => {
  const key = addonKey([a, b], ['wheel'])
  expect(key).toMatch(/^[0-9a-f]{16}$/)
  expect(addonKey([b, a], ['wheel'])).toBe(key)
  expect(addonKey([a], ['wheel'])).not.toBe(key)
  expect(addonKey([a, { ...b, content: 'int c;' }], ['wheel'])).not.toBe(key)
  expect(addonKey([a, { ...b, name: 'c.h' }], ['wheel'])).not.toBe(key)
  expect(addonKey([a, b], ['another wheel'])).not.toBe(key)
})
