import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SetupFailure } from './failure.mjs'
import { pythonEnvironment } from './python-environment.mjs'

let folder: string
let requirements: string
const cache = () => join(folder, 'cache')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'python-environment-'))
  requirements = join(folder, 'requirements.txt')
  writeFileSync(requirements, 'one==1\n')
  vi.stubEnv('SWITCHPOINT_CACHE', cache())
  vi.stubEnv('PATH', folder) // no Python there
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function failure(make: () => unknown): SetupFailure {
  try {
    make()
  } catch (error) {
    if (error instanceof SetupFailure) return error
    throw error
  }
  throw new Error('nothing failed')
}

it('says what is missing, and calls nothing complete', () => {
  const { part, message, remedy } = failure(() => pythonEnvironment('bench', requirements))
  expect(part).toMatch(/^python3 -m venv /)
  expect(message).toContain('ENOENT')
  expect(remedy).toContain('python3-venv')
  expect(readdirSync(cache())).toEqual([])
})

it('is there for a file that has not changed, and another for one that has', () => {
  const home = failure(() => pythonEnvironment('bench', requirements))
    .part.split(' ')
    .at(-1)!
  mkdirSync(join(home, 'complete'), { recursive: true })
  expect(pythonEnvironment('bench', requirements)).toBe(join(home, 'bin', 'python'))
  writeFileSync(requirements, 'one==2\n')
  expect(failure(() => pythonEnvironment('bench', requirements)).part).not.toContain(home)
  expect(existsSync(home)).toBe(true)
})
