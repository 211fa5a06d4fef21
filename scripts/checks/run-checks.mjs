/** Runs the parts of `npm test` and counts. Static checks go two at a time and speak only when they fail. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from '../launch/child.mjs'
import { hasDisplay } from '../launch/routing.mjs'
import { elapsed } from '../setup/progress.mjs'
import { endingWithUs, run } from '../setup/run-command.mjs'
import { e2eTool, staticChecks, unitTool, withDisplay } from './tools.mjs'
import { judged, playwrightTotals, single, sum, vitestTotals } from './totals.mjs'

/** @typedef {import('./totals.mjs').Totals} Totals */
/** @typedef {{ places: import('../setup/places.mjs').Places, env: NodeJS.ProcessEnv, rest: readonly string[] }} Context */

const AT_ONCE = 2

/** @param {Context} context @returns {Promise<Totals>} */
export async function runStatic({ places, env }) {
  const waiting = staticChecks(places.repository)
  /** @type {Totals[]} */
  const counted = []
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const started = Date.now()
      const [script = '', ...args] = check.command
      const result = await run(places.node.binary, [join(places.nodeModules, script), ...args], {
        cwd: places.repository,
        env,
      })
      const isGood = result.code === 0
      console.log(`${isGood ? 'ok    ' : 'FAILED'}  ${check.name}  (${elapsed(Date.now() - started)})`)
      if (!isGood) console.log(`${result.stdout}${result.stderr}`.trimEnd())
      counted.push(single(isGood))
    }
  }
  await endingWithUs(() => Promise.all(Array.from({ length: AT_ONCE }, worker)))
  return sum(counted)
}

/** @param {Context} context @returns {Promise<Totals>} */
export async function runUnit({ places, env, rest }) {
  const report = freshReport(places, 'vitest.json')
  const [script = '', ...args] = unitTool([
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...rest,
  ])
  const code = await runToEnd(places.node.binary, [join(places.nodeModules, script), ...args], {
    cwd: places.repository,
    env,
  })
  return judged(counts(report, vitestTotals), code)
}

/** @param {Context} context @returns {Promise<Totals>} */
export async function runE2e({ places, env, rest }) {
  const report = freshReport(places, 'playwright.json')
  const tool = e2eTool(['--reporter=list,json', ...rest])
  const [command, ...args] = withDisplay(places.node.binary, places.nodeModules, tool, hasDisplay(env))
  const code = await runToEnd(command, args, {
    cwd: places.repository,
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  }).catch((error) => {
    console.log(`${command}: ${error.message}`)
    return 127
  })
  return judged(counts(report, playwrightTotals), code)
}

/** A report of an earlier run must not be counted. @param {import('../setup/places.mjs').Places} places @param {string} name */
function freshReport(places, name) {
  // Not in test-results: Playwright empties that folder.
  const folder = join(places.nodeModules, '.switchpoint-reports')
  mkdirSync(folder, { recursive: true })
  rmSync(join(folder, name), { force: true })
  return join(folder, name)
}

/**
 * @template R
 * @param {string} file
 * @param {(report: R) => Totals} count
 * @returns {Totals | undefined}
 */
function counts(file, count) {
  return existsSync(file) ? count(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}
