/**
 * `npm run bench -- NAME`: provides what is missing, then runs a bench. Peers in Python get a virtual environment of
 * their own, which the benches make; the system's part of it is provided here.
 */
import { join } from 'node:path'
import { runToEnd } from './launch/child.mjs'
import { programEnvironment } from './launch/environment.mjs'
import { reportFailure } from './setup/failure.mjs'
import { cacheFolder, placesIn, usersFolder } from './setup/places.mjs'
import { provision } from './setup/provision.mjs'

const args = process.argv.slice(2)
const json = args.includes('--json')
const places = placesIn(cacheFolder())

try {
  const problems = await provision(['packages', 'tensorflow', 'kernels', 'venv'], { json })
  for (const problem of problems.values()) throw problem
  process.exitCode = await runToEnd(places.node.binary, [join(places.repository, 'bench', 'main.ts'), ...args], {
    cwd: usersFolder(),
    env: programEnvironment(places),
  })
} catch (error) {
  process.exitCode = reportFailure(error, { json })
}
