import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kernelsPath } from '../kernels/library.ts'
import { addonPath } from './addon.ts'
import { loadBackend } from './backend.ts'

describe('finding the addon', () => {
  const before = { ...process.env }
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchpoint-addon-'))
    delete process.env['SWITCHPOINT_TF_ADDON']
    process.env['SWITCHPOINT_CACHE'] = folder
  })
  afterEach(() => {
    process.env = { ...before }
    rmSync(folder, { recursive: true })
  })
  const runtime = (text: string) => writeFileSync(join(folder, 'runtime.json'), text)

  it('takes what the environment names first, then what set-up wrote down', () => {
    const [named, installed] = [join(folder, 'named.node'), join(folder, 'installed.node')]
    for (const file of [named, installed]) writeFileSync(file, '')
    runtime(JSON.stringify({ addon: installed }))
    expect(addonPath()).toBe(installed)
    process.env['SWITCHPOINT_TF_ADDON'] = named
    expect(addonPath()).toBe(named)
  })

  it.each([
    ['nothing was set up', undefined],
    ['the record is torn', '{"addon": "/x'],
    ['the record names no addon', '{}'],
    ['the named file is gone', '{"addon": "/nowhere/tfjs_binding.node"}'],
  ])('says what is missing and how to get it when %s', (_, text) => {
    if (text !== undefined) runtime(text)
    expect(addonPath).toThrow(
      expect.objectContaining({ code: 'backend.missing', remedy: expect.stringContaining('provision') }),
    )
  })
})

describe('the backend', () => {
  it('says what it is', () => {
    expect(loadBackend(2).facts).toEqual({
      name: 'tensorflow',
      version: expect.stringMatching(/^2\.\d+\.\d+$/),
      device: 'cpu',
      threads: 2,
      kernels: kernelsPath() !== undefined,
    })
  })

  it('is loaded once, with the threads it began with', () => {
    expect(loadBackend(2)).toBe(loadBackend(2))
    expect(() => loadBackend(3)).toThrow(expect.objectContaining({ code: 'input.invalid', input: 'threads = 3' }))
  })
})
