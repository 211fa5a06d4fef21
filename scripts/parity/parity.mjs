/**
 * `npm run parity -- models | objectives | maths | tokenizers`: regenerates the vectors that hold our code against the field's own, in a
 * Python environment of its own in the cache folder. Made at the first call, which takes minutes; nothing of it is needed to run
 * or test Switchpoint.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { reportFailure, SetupFailure } from '../setup/failure.mjs'
import { REPOSITORY } from '../setup/places.mjs'
import { pythonEnvironment } from '../setup/python-environment.mjs'

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
try {
  const python = pythonEnvironment('parity', join(here, target.requirements))
  const args = [join(here, target.script), join(REPOSITORY, target.out), ...rest]
  const { status, error } = spawnSync(python, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0)
    throw new SetupFailure({
      part: [python, ...args].join(' '),
      message: `The script failed: ${error?.message ?? `exit ${status}`}.`,
      remedy: 'Read what the script says above.',
    })
} catch (error) {
  process.exitCode = reportFailure(error, { json: false })
}
