/**
 * Runs under Node 24: downloads the official Electron with Electron's own downloader and the hashes that come with the
 * `electron` package. Arguments: cache folder, milliseconds of silence after which to give up. Says on standard output,
 * a JSON object a line, {bytes, total} while it loads and {zip, version} at the end. Exits with 1 when it can't be had.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [cacheRoot = '', quietTimeoutMs] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const electron = require('electron/package.json')
const requireOfElectron = createRequire(require.resolve('electron/package.json'))
const { downloadArtifact } = await import(pathToFileURL(requireOfElectron.resolve('@electron/get')).href)

const tell = (/** @type {object} */ fact) => process.stdout.write(`${JSON.stringify(fact)}\n`)
let told = 0
let silence = setTimeout(giveUp, Number(quietTimeoutMs))

function giveUp() {
  console.error('no answer in time')
  process.exit(1)
}

try {
  const zip = await downloadArtifact({
    version: electron.version,
    artifactName: 'electron',
    platform: process.platform,
    arch: process.arch,
    cacheRoot,
    checksums: require('electron/checksums.json'),
    downloadOptions: {
      quiet: true,
      getProgressCallback(/** @type {{ transferred: number, total: number | null }} */ { transferred, total }) {
        clearTimeout(silence)
        silence = setTimeout(giveUp, Number(quietTimeoutMs))
        if (Date.now() - told < 200) return
        told = Date.now()
        tell({ bytes: transferred, total })
      },
    },
  })
  clearTimeout(silence)
  tell({ zip, version: electron.version })
} catch (thrown) {
  const error = /** @type {Error & { cause?: Error }} */ (thrown)
  console.error(`${error.message}${error.cause ? ` (${error.cause.message})` : ''}`)
  process.exit(1)
}
