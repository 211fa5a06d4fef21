/**
 * `npm test`: provides what is missing, then runs the static checks, the unit tests, the build and the tests of the
 * window, whatever fails on the way, and ends with one line of totals. `npm test -- unit electron/engine` and the like
 * narrow it (checks/narrowing.mjs).
 */
import { narrow } from './checks/narrowing.mjs'
import { runE2e, runStatic, runUnit } from './checks/run-checks.mjs'
import { e2eParts } from './checks/tools.mjs'
import { closingLine, single, sum } from './checks/totals.mjs'
import { testEnvironment } from './launch/environment.mjs'
import { hasDisplay } from './launch/routing.mjs'
import { ensureBuilt } from './setup/build.mjs'
import { SetupFailure } from './setup/failure.mjs'
import { cacheFolder, placesIn } from './setup/places.mjs'
import { elapsed } from './setup/progress.mjs'
import { provision } from './setup/provision.mjs'

/** @typedef {import('./checks/narrowing.mjs').CheckPart} CheckPart */
/** @typedef {import('./setup/parts.mjs').PartName} PartName */

/** @type {Record<CheckPart, readonly PartName[]>} */
const NEEDED = {
  static: ['packages'],
  unit: ['packages', 'tensorflow', 'kernels'],
  build: ['packages'],
  e2e: e2eParts(hasDisplay(process.env)),
}

const asked = narrow(process.argv.slice(2))
if ('usage' in asked) {
  console.error(asked.usage)
  process.exit(2)
}
const { parts, rest } = asked
const places = placesIn(cacheFolder())
/** @type {import('./checks/totals.mjs').Totals[]} */
const totals = []
/** @type {string[]} */
const timings = []

try {
  const problems = await timed('set-up', () => provision(parts.flatMap((part) => NEEDED[part])))
  const env = testEnvironment(places)
  /** @type {Record<CheckPart, () => Promise<import('./checks/totals.mjs').Totals>>} */
  const runners = {
    static: () => runStatic({ places, env, rest }),
    unit: () => runUnit({ places, env, rest }),
    build: () => ensureBuilt(places).then(() => single(true)),
    e2e: () => runE2e({ places, env, rest }),
  }
  for (const part of parts) {
    const missing = NEEDED[part].map((name) => problems.get(name)).find((problem) => problem)
    totals.push(await timed(part, () => (missing ? failed(missing) : runners[part]().catch(failed))))
  }
} catch (error) {
  totals.push(failed(error))
}

const total = sum(totals)
console.log(`\n${timings.join(', ')}`)
console.log(closingLine(total))
process.exitCode = total.failed > 0 ? 1 : 0

/**
 * @template T
 * @param {string} part
 * @param {() => Promise<T> | T} work
 */
async function timed(part, work) {
  if (part !== 'set-up') console.log(`\n=== ${part} ===`)
  const started = Date.now()
  try {
    return await work()
  } finally {
    timings.push(`${part} ${elapsed(Date.now() - started)}`)
  }
}

/** A part that could not run is one failed test. @param {unknown} error */
function failed(error) {
  if (!(error instanceof SetupFailure)) throw error
  console.log(`FAILED  ${error.part}: ${error.message}\nRemedy: ${error.remedy}`)
  return single(false)
}
