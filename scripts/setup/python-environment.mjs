/** Python environments for developers' tools, each with exactly the packages of a requirements file; they lie in the cache. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SetupFailure } from './failure.mjs'
import { cacheFolder } from './places.mjs'

/**
 * The Python of such an environment; made at the first call, which takes minutes, and again when the file changes.
 * @param {string} owner whom it is for: names the environment in the cache
 * @param {string} requirements path of the file
 * @returns {string} path of the interpreter
 * @throws {SetupFailure} when Python or a package cannot be had
 */
export function pythonEnvironment(owner, requirements) {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const cache = cacheFolder()
  const home = join(cache, `${owner}-${key}`)
  const python = join(home, 'bin', 'python')
  if (existsSync(join(home, 'complete'))) return python
  process.stderr.write(`${owner}: making a Python environment in ${home}; this takes minutes, once\n`)
  mkdirSync(cache, { recursive: true })
  rmSync(home, { recursive: true, force: true })
  run('python3', ['-m', 'venv', home], 'Install Python 3 with its venv module (Debian: python3-venv).')
  run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
    'Check that pip reaches a package index.',
  )
  mkdirSync(join(home, 'complete.draft'))
  renameSync(join(home, 'complete.draft'), join(home, 'complete'))
  return python
}

/**
 * Standard output belongs to the tool's report: what is said here goes to standard error.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} remedy
 */
function run(command, args, remedy) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] })
  if (status === 0) return
  const message = `A Python environment cannot be set up: ${error?.message ?? `exit ${status}`}.`
  throw new SetupFailure({ part: [command, ...args].join(' '), message, remedy })
}
