/**
 * TensorFlow on macOS and Windows: the package's own installer, which downloads the libtensorflow and the addon it was
 * published with. Older than what Linux gets (2.9, on Apple's processors 2.7), and not tested by us.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { requireSpace } from './download.mjs'
import { SetupFailure } from './failure.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'

const PART = 'TensorFlow'
/** Measured on Linux: library and headers, unpacked. */
const UNPACKED_BYTES = 600e6

/** Where the installer has put the addon: `lib/napi-v<N>`, by the N-API version it was built for.
 * @param {import('./places.mjs').Places} places @returns {string | undefined} */
export function packagedAddonPath(places) {
  const folder = join(places.addonPackage, 'lib')
  if (!existsSync(folder)) return undefined
  const builds = readdirSync(folder).filter((name) => name.startsWith('napi-v'))
  return builds.map((name) => join(folder, name, 'tfjs_binding.node')).find((path) => existsSync(path))
}

/** @type {import('./parts.mjs').Part} */
export const packagedAddonPart = {
  title: PART,
  isThere: ({ places }) => packagedAddonPath(places) !== undefined,
  async provide({ places, reporter }) {
    await inStep(reporter, `${PART}, by the package's own installer`, async (step) => {
      requireSpace(places.repository, UNPACKED_BYTES, PART)
      const cwd = places.addonPackage
      const script = join(cwd, 'scripts', 'install.js')
      const result = await run(places.node.binary, [script, 'cpu', 'download'], { cwd, onLine: step.note })
      if (result.code === 0 && packagedAddonPath(places)) return
      throw new SetupFailure({
        part: PART,
        message: `The installer of @tensorflow/tfjs-node-gpu failed:\n${lastWords(result)}`,
        remedy:
          'It downloads from storage.googleapis.com. On a Linux x64 machine, `npm start -- serve` shows the same workbench in a browser here.',
      })
    })
  },
}
