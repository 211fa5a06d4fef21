import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KERNELS_NOTE, kernelsFolder, kernelsKey, kernelsPart } from './part-kernels.mjs'
import { placesIn, REPOSITORY } from './places.mjs'

const folder = join('electron', 'trainer', 'kernels')
let repository: string
let places: ReturnType<typeof placesIn>
let said: string[]

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'kernels-'))
  cpSync(join(REPOSITORY, folder), join(repository, folder), { recursive: true })
  places = placesIn(join(repository, 'cache'), repository)
  mkdirSync(places.cache)
  said = []
})
afterEach(() => {
  delete process.env['CXX']
  rmSync(repository, { recursive: true })
})

const context = (again = false) => ({
  places,
  reporter: {
    step: () => ({ bytes() {}, note() {}, end() {}, fail() {} }),
    say: (text: string) => void said.push(text),
  },
  env: {},
  isRoot: false,
  again,
})

it('names the library by its sources: C++ alone counts', () => {
  const key = kernelsKey(places)
  writeFileSync(join(repository, folder, 'notes.ts'), '')
  expect(kernelsKey(places)).toBe(key)
  writeFileSync(join(repository, folder, 'more.h'), '// more')
  expect(kernelsKey(places)).not.toBe(key)
})

describe('where they cannot be built', () => {
  it('says so once, and counts as done until someone asks again', async () => {
    process.env['CXX'] = join(repository, 'no-such-compiler')
    expect(await kernelsPart.isThere(context())).toBe(false)
    await kernelsPart.provide(context())
    expect(said).toEqual([expect.stringContaining('training will be slower')])
    expect(readFileSync(join(kernelsFolder(places), KERNELS_NOTE), 'utf8')).toContain('compiler')
    expect(existsSync(`${kernelsFolder(places)}.partial`)).toBe(false)
    expect(await kernelsPart.isThere(context())).toBe(true)
    expect(await kernelsPart.isThere(context(true))).toBe(false)
  })
})
