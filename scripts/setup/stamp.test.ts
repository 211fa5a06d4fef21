import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { missingParts, readStamp, stampKey, writeJson } from './stamp.mjs'

const inputs = {
  lock: '{"a":1}',
  pins: 'export const NODE = 1',
  platform: 'linux-x64',
  cache: '/home/u/.cache/switchpoint',
  build: 'cpu',
}

describe('the stamp key', () => {
  it('changes with each thing the parts depend on', () => {
    const keys = [
      inputs,
      { ...inputs, lock: '{"a":2}' },
      { ...inputs, pins: 'export const NODE = 2' },
      { ...inputs, platform: 'linux-arm64' },
      { ...inputs, cache: '/data/switchpoint' },
      { ...inputs, build: 'cuda' },
    ].map(stampKey)
    expect(new Set(keys).size).toBe(6)
    expect(stampKey({ ...inputs })).toBe(keys[0])
  })

  it('keeps neighbouring inputs apart', () => {
    expect(stampKey({ ...inputs, lock: 'ab', pins: 'c' })).not.toBe(stampKey({ ...inputs, lock: 'a', pins: 'bc' }))
  })
})

describe('the stamp', () => {
  let folder = ''
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stamp-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('counts only under its own key', () => {
    const file = join(folder, 'stamp.json')
    expect(readStamp(file, 'k')).toEqual({ key: 'k', parts: {} })
    writeJson(file, { key: 'k', parts: { node: ['/n'] } })
    expect(readStamp(file, 'k')).toEqual({ key: 'k', parts: { node: ['/n'] } })
    expect(readStamp(file, 'other')).toEqual({ key: 'other', parts: {} })
  })

  it('is read as empty when it is torn, and leaves no half file beside it', () => {
    const file = join(folder, 'stamp.json')
    writeJson(file, { key: 'k', parts: { node: ['/n'] } })
    expect(readdirSync(folder)).toEqual(['stamp.json'])
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 20))
    expect(readStamp(file, 'k')).toEqual({ key: 'k', parts: {} })
  })

  it('does not believe in a part whose witness has gone', () => {
    const stamp = { key: 'k', parts: { node: ['/n'], addon: ['/a', '/b'], chromium: [] } }
    const exists = (path: string) => path !== '/b'
    expect(missingParts(stamp, ['node', 'addon', 'chromium', 'electron'], exists)).toEqual(['addon', 'electron'])
  })
})
