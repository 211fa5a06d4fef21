import { expect, it } from 'vitest'
import { sameInstallation } from './part-packages.mjs'

const vue = { version: '3.5.0', integrity: 'sha512-a' }
const locked = { 'node_modules/vue': vue, 'node_modules/x-darwin': { version: '1.0.0', optional: true } }

it('accepts what npm installed when it is what the lock asks for', () => {
  expect(sameInstallation(locked, { 'node_modules/vue': vue })).toBe(true)
  expect(sameInstallation(locked, locked)).toBe(true)
})

it('refuses another version, another content, a lacking and a foreign package', () => {
  expect(sameInstallation(locked, { 'node_modules/vue': { ...vue, version: '3.5.1' } })).toBe(false)
  expect(sameInstallation(locked, { 'node_modules/vue': { ...vue, integrity: 'sha512-b' } })).toBe(false)
  expect(sameInstallation(locked, {})).toBe(false)
  expect(sameInstallation(locked, { 'node_modules/vue': vue, 'node_modules/extra': { version: '1.0.0' } })).toBe(false)
})
