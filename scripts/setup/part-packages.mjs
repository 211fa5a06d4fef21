/** node_modules, exactly as package-lock.json says, installed by npm running under Node 24 (under Node 20 it picks older majors). */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { requireSpace } from './download.mjs'
import { SetupFailure } from './failure.mjs'
import { findNpm, npmEnvironment } from './npm-client.mjs'
import { NODE, PACKAGES } from './pins.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'
import { hashOfFile } from './stamp.mjs'

const PART = 'npm packages'

/** @type {import('./parts.mjs').Part} */
export const packagesPart = {
  title: PART,
  isThere({ places }) {
    const wanted = hashOfFile(places.packageLock)
    if (existsSync(places.packagesStamp) && readFileSync(places.packagesStamp, 'utf8') === wanted) return true
    // Whoever ran npm by hand has the same packages: npm's own record of what it installed says so.
    if (!installedMatches(places)) return false
    writeFileSync(places.packagesStamp, wanted)
    return true
  },
  async provide({ places, reporter }) {
    await inStep(reporter, PART, async (step) => {
      requireSpace(places.repository, PACKAGES.unpackedBytes, PART)
      const paths = Object.keys(packagesIn(places.packageLock))
      // Gone before npm starts: a half-removed tree must never look whole.
      for (const file of [places.packagesStamp, places.stamp, hiddenLock(places)]) rmSync(file, { force: true })
      const timer = setInterval(() => {
        const count = paths.filter((path) => isOnDisk(places, path)).length
        step.note(`${count} of about ${paths.length} packages`)
      }, 500)
      const args = ['ci', '--include=dev', '--include=optional', '--prefer-offline', '--no-audit', '--no-fund']
      const result = await run(places.node.binary, [findNpm(), ...args, '--loglevel=error'], {
        cwd: places.repository,
        env: { ...npmEnvironment(), PATH: `${dirname(places.node.binary)}:${process.env.PATH ?? ''}` },
      }).finally(() => clearInterval(timer))
      if (result.code !== 0) {
        throw new SetupFailure({
          part: PART,
          message: `npm ci (under Node ${NODE.version}) failed:\n${lastWords(result, 12)}`,
          remedy: 'Check that npm reaches its registry (npm ping) and that the disk has room, then start again.',
        })
      }
      mkdirSync(places.nodeModules, { recursive: true })
      writeFileSync(places.packagesStamp, hashOfFile(places.packageLock))
    })
  },
}

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean, peer?: boolean, link?: boolean }>} LockedPackages */

/** @param {string} lockFile @returns {LockedPackages} by folder, the repository's own entry left out */
function packagesIn(lockFile) {
  const { '': _own, ...packages } = JSON.parse(readFileSync(lockFile, 'utf8')).packages
  return packages
}

const hiddenLock = (/** @type {import('./places.mjs').Places} */ { nodeModules }) =>
  join(nodeModules, '.package-lock.json')

/** @param {import('./places.mjs').Places} places @param {string} path `node_modules/vue` */
const isOnDisk = ({ repository }, path) => existsSync(join(repository, path, 'package.json'))

/** @param {import('./places.mjs').Places} places */
function installedMatches(places) {
  try {
    const installed = packagesIn(hiddenLock(places))
    const paths = Object.keys(installed)
    return sameInstallation(packagesIn(places.packageLock), installed) && paths.every((path) => isOnDisk(places, path))
  } catch {
    return false
  }
}

/**
 * Is what npm installed what the lock asks for? Optional packages of other platforms may lack.
 * @param {LockedPackages} locked
 * @param {LockedPackages} installed
 */
export function sameInstallation(locked, installed) {
  const same = (/** @type {string} */ path) =>
    locked[path]?.version === installed[path]?.version && locked[path]?.integrity === installed[path]?.integrity
  const mayLack = (/** @type {string} */ path) => Boolean(locked[path]?.optional || locked[path]?.peer)
  return Object.keys(installed).every(same) && Object.keys(locked).every((path) => path in installed || mayLack(path))
}
