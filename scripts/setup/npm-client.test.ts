import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findNpm, npmEnvironment } from './npm-client.mjs'

let root = ''
beforeEach(() => void (root = realpathSync(mkdtempSync(join(tmpdir(), 'npm-')))))
afterEach(() => rmSync(root, { recursive: true }))

function file(path: string) {
  const whole = join(root, path)
  mkdirSync(join(whole, '..'), { recursive: true })
  writeFileSync(whole, '')
  return whole
}

it('takes the npm that runs us, and not a yarn', () => {
  const node = file('node/bin/node')
  const beside = file('node/lib/node_modules/npm/bin/npm-cli.js')
  const npm = file('other/npm-cli.js')
  expect(findNpm({ npm_execpath: npm, PATH: '' }, node)).toBe(npm)
  expect(findNpm({ npm_execpath: file('yarn/yarn.js'), PATH: '' }, node)).toBe(beside)
})

it('follows the link on PATH, and looks beside Node where PATH has a shim', () => {
  const node = file('node/bin/node')
  const real = file('lib/npm/bin/npm-cli.js')
  mkdirSync(join(root, 'bin'))
  symlinkSync(real, join(root, 'bin', 'npm'))
  expect(findNpm({ PATH: `/nowhere:${join(root, 'bin')}` }, node)).toBe(real)

  const beside = file('node/lib/node_modules/npm/bin/npm-cli.js')
  file('shims/npm')
  expect(findNpm({ PATH: join(root, 'shims') }, node)).toBe(beside)
})

it("keeps the user's settings and drops what describes the running script", () => {
  const env = { npm_config_registry: 'r', npm_lifecycle_event: 'start', npm_package_name: 'x', HOME: '/h' }
  expect(npmEnvironment(env)).toEqual({ npm_config_registry: 'r', HOME: '/h' })
})
