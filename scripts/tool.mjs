/** `npm run lint | format | typecheck | unit | e2e | build | gallery`: one of the developers' tools, after the set-up. */
import { join } from 'node:path'
import { e2eParts, e2eTool, lintChecks, PRETTIER, typeChecks, unitTool, withDisplay } from './checks/tools.mjs'
import { runToEnd } from './launch/child.mjs'
import { testEnvironment } from './launch/environment.mjs'
import { hasDisplay } from './launch/routing.mjs'
import { ensureBuilt } from './setup/build.mjs'
import { reportFailure } from './setup/failure.mjs'
import { cacheFolder, placesIn } from './setup/places.mjs'
import { provision } from './setup/provision.mjs'

/** @typedef {import('./setup/parts.mjs').PartName} PartName */
/** @typedef {{ parts: readonly PartName[], commands: readonly (readonly string[])[], showsWindow?: boolean }} Task */

const [name = '', ...rest] = process.argv.slice(2)
const places = placesIn(cacheFolder())
const isOnScreen = hasDisplay(process.env)

/** @type {Record<string, () => Task>} Made when asked for: they look at the repository. */
const TASKS = {
  lint: () => ({ parts: ['packages'], commands: lintChecks().map(({ command }) => command) }),
  format: () => ({ parts: ['packages'], commands: [[...PRETTIER, '--write', ...(rest.length ? rest : ['.'])]] }),
  typecheck: () => ({ parts: ['packages'], commands: typeChecks(places.repository).map(({ command }) => command) }),
  unit: () => ({ parts: ['kernels'], commands: [unitTool(rest)] }),
  build: () => ({ parts: ['packages'], commands: [], showsWindow: true }),
  e2e: () => ({ parts: e2eParts(isOnScreen), commands: [e2eTool(rest)], showsWindow: true }),
  gallery: () => ({ parts: e2eParts(isOnScreen), commands: [e2eTool(['gallery', ...rest])], showsWindow: true }),
}

const task = TASKS[name]?.()
if (!task) {
  console.error(`There is no such tool: ${name}. There are: ${Object.keys(TASKS).join(', ')}.`)
  process.exit(2)
}

try {
  const problems = await provision(task.parts)
  for (const problem of problems.values()) throw problem
  if (task.showsWindow) await ensureBuilt(places)
  for (const command of task.commands) {
    const code = await runTool(command, task.showsWindow === true)
    // Every check of a kind is run, so that one look shows all that is wrong.
    if (code !== 0) process.exitCode = code
  }
} catch (error) {
  process.exitCode = reportFailure(error, { json: false })
}

/** @param {readonly string[]} tool @param {boolean} showsWindow */
function runTool([script = '', ...args], showsWindow) {
  const [command, ...rest] = showsWindow
    ? withDisplay(places.node.binary, places.nodeModules, [script, ...args], isOnScreen)
    : [places.node.binary, join(places.nodeModules, script), ...args]
  return runToEnd(/** @type {string} */ (command), rest, { cwd: places.repository, env: testEnvironment(places) })
}
