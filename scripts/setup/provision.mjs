/** Provides what is missing, one set-up at a time, and remembers it in the stamp and in runtime.json. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SetupFailure } from './failure.mjs'
import { withLock } from './lock.mjs'
import { addonPath } from './part-addon.mjs'
import { electronRuntime } from './part-electron.mjs'
import { kernelsKey, kernelsPath } from './part-kernels.mjs'
import { blockedBy, ownParts, partsOf, witnesses } from './parts.mjs'
import { systemParts } from './parts-of-the-system.mjs'
import { TENSORFLOW_VERSION } from './pins.mjs'
import { cacheFolder, placesIn } from './places.mjs'
import { createReporter } from './progress.mjs'
import { endingWithUs } from './run-command.mjs'
import { missingParts, readStamp, stampKey, writeJson } from './stamp.mjs'
import { HERE, requirePlatform } from './system.mjs'
import { installPackages } from './system-packages.mjs'

/** @typedef {import('./parts.mjs').PartName} PartName */
/** @typedef {Map<PartName, SetupFailure>} Problems  the parts that can't be had, and why */

const PINS = join(dirname(fileURLToPath(import.meta.url)), 'pins.mjs')

/**
 * @param {readonly PartName[]} wanted
 * @param {{ json?: boolean, again?: boolean, env?: NodeJS.ProcessEnv, places?: import('./places.mjs').Places, platform?: string }} [options]
 *   `again`: don't trust the stamp, and look anew for a better Electron
 * @returns {Promise<Problems>} empty when all is in place
 */
export async function provision(
  wanted,
  { json = false, again = false, env = process.env, places = placesIn(cacheFolder(env)), platform = HERE } = {},
) {
  const reporter = createReporter({ json })
  requirePlatform(platform, reporter.say)
  const names = partsOf(wanted, platform)
  const key = stampKey({
    lock: readFileSync(places.packageLock),
    // The kernels are the one part made from sources of our own.
    pins: Buffer.concat([readFileSync(PINS), Buffer.from(kernelsKey(places))]),
    platform,
    cache: places.cache,
    build: places.tensorflow.build.name,
  })
  if (!again && missingParts(readStamp(places.stamp, key), names).length === 0) return new Map()

  const context = { places, reporter, env, isRoot: process.getuid?.() === 0, again }
  makeCache(places.cache)
  const work = async () => {
    const problems = await provideEach(names, context)
    remember(names, key, problems, places)
    return problems
  }
  return endingWithUs(() =>
    withLock(places.lock, work, {
      onWait: (holder) => reporter.say(`waiting for another set-up (process ${holder?.pid ?? 'unknown'}) to finish`),
    }),
  )
}

/** @param {string} cache */
function makeCache(cache) {
  try {
    mkdirSync(cache, { recursive: true })
  } catch (error) {
    throw new SetupFailure({
      part: 'Cache',
      message: `The cache folder ${cache} can't be made (${/** @type {Error} */ (error).message}).`,
      remedy: 'Set SWITCHPOINT_CACHE to a folder you may write to.',
    })
  }
}

/** @param {readonly PartName[]} names @param {import('./parts.mjs').Context} context @returns {Promise<Problems>} */
async function provideEach(names, context) {
  /** @type {Problems} */
  const problems = new Map()
  const note = (/** @type {PartName} */ name, /** @type {unknown} */ error) => {
    problems.set(name, asFailure(error, ownParts[name]?.title ?? name))
  }
  let isSystemDone = false
  for (const name of names) {
    const own = ownParts[name]
    if (!own && isSystemDone) continue
    if (!own) {
      isSystemDone = true
      await provideSystemParts(names, context, note)
      continue
    }
    const blocker = blockedBy(name, new Set(problems.keys()))
    const cause = blocker && problems.get(/** @type {PartName} */ (blocker))
    if (cause) problems.set(name, cause)
    else await provideOwn(own, context).catch((error) => note(name, error))
  }
  return problems
}

/**
 * A full or read-only disk can show itself in any step; everything else that is no SetupFailure is a defect.
 * @param {unknown} error
 * @param {string} part
 */
function asFailure(error, part) {
  if (error instanceof SetupFailure) return error
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
  if (typeof code !== 'string') throw error
  const remedy =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'Free some disk space, or set SWITCHPOINT_CACHE to a folder on a larger disk, and start again.'
      : 'See that the folder it names may be written to, and start again: what was half done is thrown away.'
  return new SetupFailure({ part, message, remedy }, { cause: error })
}

/** @param {import('./parts.mjs').Part} part @param {import('./parts.mjs').Context} context */
async function provideOwn(part, context) {
  if (!(await part.isThere(context))) await part.provide(context)
}

/**
 * All that lacks of the system, in one go.
 * @param {readonly PartName[]} names
 * @param {import('./parts.mjs').Context} context
 * @param {(name: PartName, error: unknown) => void} note
 */
async function provideSystemParts(names, context, note) {
  const lacking = []
  for (const name of names) {
    const part = systemParts[name]
    const packages = part ? await part.lacks(context) : []
    if (part && packages.length > 0) lacking.push({ name, title: part.title, packages })
  }
  if (lacking.length === 0) return
  try {
    const part = lacking.map(({ title }) => title).join(', ')
    await installPackages(
      lacking.flatMap(({ packages }) => packages),
      { ...context, part },
    )
  } catch (error) {
    for (const { name } of lacking) note(name, error)
  }
}

/** @param {readonly PartName[]} names @param {string} key @param {Problems} problems @param {import('./places.mjs').Places} places */
function remember(names, key, problems, places) {
  writeRuntime(places)
  if (!existsSync(places.nodeModules)) return
  const stamp = readStamp(places.stamp, key)
  for (const name of names) {
    if (problems.has(name)) delete stamp.parts[name]
    else stamp.parts[name] = witnesses(name, places)
  }
  writeJson(places.stamp, stamp)
}

/**
 * What is there, for the other rooms: null where it is not.
 * @param {import('./places.mjs').Places} places
 */
export function runtimeIn(places) {
  const there = (/** @type {string | undefined} */ path) => (path && existsSync(path) ? path : null)
  const dir = there(places.tensorflow.libraries)
  return {
    node: there(places.node.binary),
    tensorflow: dir && { dir, version: TENSORFLOW_VERSION, build: places.tensorflow.build.name },
    addon: there(addonPath(places)),
    kernels: there(kernelsPath(places)),
    electron: electronRuntime(places) ?? null,
  }
}

/** @param {import('./places.mjs').Places} places */
function writeRuntime(places) {
  const runtime = runtimeIn(places)
  try {
    if (readFileSync(places.runtime, 'utf8') === `${JSON.stringify(runtime, null, 2)}\n`) return
  } catch {
    // The first one.
  }
  writeJson(places.runtime, runtime)
}
