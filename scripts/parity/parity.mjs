/**
 * `npm run parity -- models | objectives | maths | tokenizers`: regenerates the vectors that hold our code against the field's own, in a
 * Python environment of its own in the cache folder. Made at the first call, which takes minutes; nothing of it is needed to run
 * or test Switchpoint.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, REPOSITORY } from '../setup/places.mjs'

/** @type {Record<string, { requirements: string, script: string, out: string }>} */
const TARGETS = {
  models: {
    requirements: 'models-requirements.txt',
    script: 'models.py',
    out: 'electron/trainer/model/parity.vectors.json',
  },
  objectives: {
    requirements: 'objectives-requirements.txt',
    script: 'objectives.py',
    out: 'electron/trainer/objectives/parity.vectors.json',
  },
  maths: {
    requirements: 'maths-requirements.txt',
    script: 'maths.py',
    out: 'electron/tasks/maths/parity.vectors.json',
  },
  tokenizers: {
    requirements: 'tokenizers-requirements.txt',
    script: 'tokenizers_and_templates.py',
    out: 'electron/tokenizers/parity.vectors.json',
  },
}

const [name = '', ...rest] = process.argv.slice(2)
const target = TARGETS[name]
if (!target) {
  console.error(`There is no such parity: ${name || '(none)'}. There are: ${Object.keys(TARGETS).join(', ')}.`)
  process.exit(2)
}
const here = import.meta.dirname
const python = environment(join(here, target.requirements))
run(python, [join(here, target.script), join(REPOSITORY, target.out), ...rest], 'Read what the script says above.')

/**
 * The Python of an environment that holds exactly a requirements file.
 * @param {string} requirements
 */
function environment(requirements) {
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const home = join(cacheFolder(), `parity-${key}`)
  const python = join(home, 'bin', 'python')
  if (existsSync(join(home, 'complete'))) return python
  console.error(`parity: making a Python environment in ${home}; this takes minutes, once`)
  mkdirSync(cacheFolder(), { recursive: true })
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
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} remedy
 */
function run(command, args, remedy) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status === 0) return
  console.error(`parity: ${[command, ...args].join(' ')} failed (${error?.message ?? `exit ${status}`}). ${remedy}`)
  process.exit(4)
}
