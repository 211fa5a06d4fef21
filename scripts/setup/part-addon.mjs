/**
 * The TensorFlow addon: the package's own C++ sources (Node-API only), compiled against the TensorFlow of the set-up.
 * The package's install script would download a library too old for that, from a place many machines don't reach.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder } from './download.mjs'
import { SetupFailure } from './failure.mjs'
import { NODE, TENSORFLOW_VERSION } from './pins.mjs'
import { packagedAddonPath } from './part-packaged-addon.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'
import { isUntested } from './system.mjs'

const PART = 'TensorFlow addon'
const FLAGS = ['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8']
const SOURCES = ['tfjs_backend.cc', 'tfjs_binding.cc']
export const ADDON_FILE = 'tfjs_binding.node'

/**
 * @param {readonly { name: string, content: string | Buffer }[]} sources
 * @param {readonly string[]} others what else the binary depends on
 */
export function addonKey(sources, others) {
  const hash = createHash('sha256')
  for (const { name, content } of [...sources].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${name}:${Buffer.byteLength(content)}:`).update(content)
  }
  for (const other of others) hash.update(`${other}\n`)
  return hash.digest('hex').slice(0, 16)
}

/** Where the addon for these sources lies, or undefined before the packages are installed.
 * @param {import('./places.mjs').Places} places */
export function addonPath(places) {
  if (isUntested()) return packagedAddonPath(places)
  const folder = join(places.addonPackage, 'binding')
  if (!existsSync(folder)) return undefined
  const sources = readdirSync(folder).map((name) => ({ name, content: readFileSync(join(folder, name)) }))
  const libraries = places.tensorflow.build.wheels[0]?.sha256 ?? ''
  return join(places.cache, `addon-${addonKey(sources, [NODE.integrity, libraries, ...FLAGS])}`, ADDON_FILE)
}

/** @type {import('./parts.mjs').Part} */
export const addonPart = {
  title: PART,
  isThere({ places }) {
    const path = addonPath(places)
    return path !== undefined && existsSync(path)
  },
  async provide({ places, reporter }) {
    await inStep(reporter, PART, async (step) => {
      const path = /** @type {string} */ (addonPath(places))
      const target = join(path, '..')
      const partial = freshFolder(`${target}.partial`)
      step.note('compiling, about 10 s')
      await compile(places, join(partial, ADDON_FILE))
      await requireItLoads(places, join(partial, ADDON_FILE))
      renameSync(partial, target)
    })
  },
}

/** @param {import('./places.mjs').Places} places @param {string} output */
async function compile(places, output) {
  const { libraries } = places.tensorflow
  const source = places.addonPackage
  const result = await run(process.env.CXX || 'g++', [
    ...FLAGS,
    ...[places.node.headers, join(libraries, 'include'), source].map((folder) => `-I${folder}`),
    ...SOURCES.map((name) => join(source, 'binding', name)),
    `-L${libraries}`,
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
    // Relative to the addon, so that the whole cache can be moved.
    `-Wl,-rpath,$ORIGIN/../${places.tensorflow.build.folder}/tensorflow`,
    '-o',
    output,
  ])
  if (result.code === 0) return
  throw new SetupFailure({
    part: PART,
    message: `The C++ compiler failed:\n${lastWords(result, 12)}`,
    remedy:
      result.code === 127
        ? 'Install g++ 9 or newer (on Debian and Ubuntu: sudo apt-get install g++), or name one in CXX, and start again.'
        : 'It needs g++ 9 or newer (C++17); another one can be named in CXX. Then start again.',
  })
}

/** Loads it once, in a process of its own: a CPU without AVX ends that process, not this one.
 * @param {import('./places.mjs').Places} places @param {string} addon */
async function requireItLoads(places, addon) {
  const script = 'process.stdout.write(require(process.argv[1]).TF_Version)'
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }
  const result = await run(places.node.binary, ['-e', script, addon], { env })
  if (result.code === 0 && result.stdout === TENSORFLOW_VERSION) return
  throw new SetupFailure({
    part: PART,
    message: `The addon was built but does not load:\n${lastWords(result) || 'the process was ended by a signal'}`,
    remedy: 'TensorFlow needs an x64 processor with AVX and glibc 2.28 or newer. Training is not possible without it.',
  })
}
