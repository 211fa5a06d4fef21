#!/usr/bin/env node
/**
 * `npm start`, and the `switchpoint` command: provides what is missing (scripts/setup), then starts the window or a
 * command on the Node of the set-up. Runs on Node 20 without any package. Everything of its own goes to standard error.
 */
import { join } from 'node:path'
import { runToEnd } from './launch/child.mjs'
import { wantsCuda } from './launch/cuda-question.mjs'
import { canRunCommands, doctorBeforeSetup } from './launch/doctor-before-setup.mjs'
import { programEnvironment } from './launch/environment.mjs'
import { partsToProvide, withLastResort } from './launch/last-resort.mjs'
import { chromiumFlags, hasDisplay, routeOf, serveRoute } from './launch/routing.mjs'
import { sandboxDecision, sandboxFacts } from './launch/sandbox.mjs'
import { ensureBuilt } from './setup/build.mjs'
import { EXIT_PART_MISSING, reportFailure } from './setup/failure.mjs'
import { electronRuntime } from './setup/part-electron.mjs'
import { cacheFolder, placesIn, usersFolder } from './setup/places.mjs'
import { provision } from './setup/provision.mjs'

/** @typedef {import('./launch/routing.mjs').Route} Route */

const args = process.argv.slice(2)
const json = args.includes('--json')
// Read wherever places are worked out, by the programs we start too.
if (args.includes('--cuda')) process.env.SWITCHPOINT_CUDA = '1'
let places = placesIn(cacheFolder())

try {
  process.exitCode = await start(routeOf(args, { hasDisplay: hasDisplay(process.env) }))
} catch (error) {
  process.exitCode = reportFailure(error, { json })
}

/** @param {Route} route @returns {Promise<number>} exit code */
async function start(route) {
  if (route.parts.length === 0 && !canRunCommands(places)) return doctorOnly()
  const problems = await prepare(route)
  if (route.kind === 'command') return runCommand(route.args)

  const electron = electronRuntime(places)
  if (!electron || problems.has('electron')) return serveInstead(route, 'its parts are not all there')
  const sandbox = sandboxDecision(await sandboxFacts(electron.path))
  if (!sandbox.canStart) return serveInstead(route, sandbox.reason, sandbox.remedy)
  const flags = [...sandbox.flags, ...chromiumFlags(process.env)]
  return runToEnd(electron.path, [places.repository, ...flags, ...route.args], childOptions())
}

/** Set-up and build. A part the program can do without is only named. @param {Route} route */
async function prepare(route) {
  const parts = partsToProvide(route.parts, process.env)
  if (parts.includes('tensorflow') && (await wantsCuda(places.cache, { json }))) {
    process.env.SWITCHPOINT_CUDA = '1'
    places = placesIn(places.cache)
  }
  const problems = await provision(parts, { json, again: route.again })
  for (const [part, problem] of problems) if (!route.mayLack.includes(part)) throw withLastResort(part, problem)
  // One cause can stop several parts.
  for (const { part, message, remedy } of new Set(problems.values())) {
    console.error(`set-up: going on without this. ${part}: ${message}\n        Remedy: ${remedy}`)
  }
  if (route.needsBuild) await ensureBuilt(places, { json })
  return problems
}

/** @param {Route} route @param {string} reason @param {string} [remedy] */
async function serveInstead(route, reason, remedy) {
  console.error(`set-up: no window: ${reason}.${remedy ? `\n        To have it: ${remedy}` : ''}`)
  console.error('        Showing the same workbench in the browser instead.')
  const serve = serveRoute(route.args)
  await prepare(serve)
  return runCommand(serve.args)
}

/** @param {readonly string[]} words */
function runCommand(words) {
  const program = join(places.repository, 'electron', 'cli', 'main.ts')
  return runToEnd(places.node.binary, [program, ...words], childOptions())
}

/** Relative paths on the command line are the user's: the program works in the user's folder. */
function childOptions() {
  return { cwd: usersFolder(), env: programEnvironment(places) }
}

function doctorOnly() {
  const { document, text } = doctorBeforeSetup(places)
  console.log(json ? JSON.stringify(document) : text)
  return EXIT_PART_MISSING
}
