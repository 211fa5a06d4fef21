import { expect, it } from 'vitest'
import { electronBinary } from './part-electron.mjs'
import { partsOf } from './parts.mjs'
import { requirePlatform } from './system.mjs'

const said = (platform: string) => {
  const lines: string[] = []
  requirePlatform(platform, (text) => lines.push(text))
  return lines.join()
}

it('says nothing on Linux x64, warns on macOS and Windows, and refuses what it knows nothing of', () => {
  expect(said('linux-x64')).toBe('')
  for (const platform of ['darwin-arm64', 'darwin-x64', 'win32-x64']) expect(said(platform)).toContain('UNTESTED')
  expect(() => said('linux-arm64')).toThrow(/this is linux-arm64/)
})

it('needs neither compiler nor system packages where the package brings its own TensorFlow', () => {
  expect(partsOf(['addon', 'kernels', 'electron'], 'darwin-arm64')).toEqual(['node', 'packages', 'addon', 'electron'])
  expect(partsOf(['addon'], 'linux-x64')).toContain('compiler')
})

it("knows Electron's binary by the system", () => {
  expect(electronBinary('/e', 'linux')).toBe('/e/electron')
  expect(electronBinary('/e', 'darwin')).toBe('/e/Electron.app/Contents/MacOS/Electron')
  expect(electronBinary('/e', 'win32')).toBe('/e/electron.exe')
})
