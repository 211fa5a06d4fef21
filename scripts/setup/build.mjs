/** The bundles of main, preload and renderer in out/, made anew when a source has changed since. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SetupFailure } from './failure.mjs'
import { withLock } from './lock.mjs'
import { createReporter, inStep } from './progress.mjs'
import { endingWithUs, lastWords, run } from './run-command.mjs'

const PART = 'Window and page'
const SOURCES = [
  'electron/main',
  'electron/preload',
  'renderer',
  'shared',
  'electron.vite.config.ts',
  'package-lock.json',
]

/** A source file as the stamp sees it. @typedef {{ path: string, size: number, mtimeMs: number }} Source */

/** Tests are no part of a bundle. @param {readonly Source[]} sources */
export function buildKey(sources) {
  const hash = createHash('sha256')
  for (const { path, size, mtimeMs } of sources) {
    if (!path.endsWith('.test.ts')) hash.update(`${path}\0${size}\0${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** @param {string} root @param {string} relative @returns {Source[]} sorted by path */
function sourcesUnder(root, relative) {
  const path = join(root, relative)
  if (!existsSync(path)) return []
  const { size, mtimeMs, isDirectory } = describe(path)
  if (!isDirectory) return [{ path: relative, size, mtimeMs }]
  return readdirSync(path)
    .sort()
    .flatMap((name) => sourcesUnder(root, `${relative}/${name}`))
}

/** @param {string} path */
function describe(path) {
  const stat = statSync(path)
  return { size: stat.size, mtimeMs: stat.mtimeMs, isDirectory: stat.isDirectory() }
}

/** @param {import('./places.mjs').Places} places */
const currentKey = ({ repository }) => buildKey(SOURCES.flatMap((source) => sourcesUnder(repository, source)))

/** @param {import('./places.mjs').Places} places @param {string} key */
const isBuilt = ({ builtStamp }, key) => existsSync(builtStamp) && readFileSync(builtStamp, 'utf8') === key

/**
 * @param {import('./places.mjs').Places} places
 * @param {{ json?: boolean, env?: NodeJS.ProcessEnv }} [options]
 */
export async function ensureBuilt(places, { json = false, env = process.env } = {}) {
  if (isBuilt(places, currentKey(places))) return
  const reporter = createReporter({ json })
  const lock = join(places.nodeModules, '.switchpoint-build.lock')
  const build = async () => {
    // Taken again under the lock: another start may have built it meanwhile. Kept from before the build, so that a
    // source edited while it runs counts as newer.
    const key = currentKey(places)
    if (isBuilt(places, key)) return
    await inStep(reporter, PART, async (step) => {
      rmSync(places.builtStamp, { force: true })
      step.note('bundling')
      const tool = join(places.nodeModules, 'electron-vite', 'bin', 'electron-vite.js')
      const result = await run(places.node.binary, [tool, 'build'], { cwd: places.repository, env })
      if (result.code !== 0) {
        throw new SetupFailure({
          part: PART,
          message: `electron-vite could not build them:\n${lastWords(result, 20)}`,
          remedy: 'If you changed the sources, mend what it names; else report this: it is a defect of Switchpoint.',
        })
      }
      mkdirSync(places.built, { recursive: true })
      writeFileSync(places.builtStamp, key)
    })
  }
  await endingWithUs(() => withLock(lock, build))
}
