/**
 * Switchpoint's own kernels (electron/trainer/kernels): TensorFlow operations in C++, compiled here against the TensorFlow of the set-up.
 * Nothing depends on them but speed: where they can't be built that is said once, noted beside their key, and training goes on
 * with TensorFlow's own operations.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { freshFolder } from './download.mjs'
import { addonKey } from './part-addon.mjs'
import { NODE } from './pins.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'

const PART = 'Kernels'
export const KERNELS_FILE = 'switchpoint_kernels.node'
/** Says why there are none, in the place of the library. */
export const KERNELS_NOTE = 'not-built.txt'

const FLAGS = [
  ...['-fPIC', '-O3', '-std=c++17', '-DNAPI_VERSION=8', '-fvisibility=hidden', '-pthread'],
  // Leave to vectorise what may be: no errno, no traps. Sums are reordered only where the code says so (omp simd).
  ...['-fno-math-errno', '-fno-trapping-math', '-fopenmp-simd'],
]
/** Compiled once for each instruction set; at run time the best one that the processor has is taken. */
const AT_EACH_LEVEL = 'loops-at-level.cc'
/** @type {Readonly<Record<string, readonly string[]>>} */
const LEVELS = {
  avx512: ['-march=skylake-avx512', '-mprefer-vector-width=512'],
  avx2: ['-march=haswell'],
  baseline: [],
}

/** @param {import('./places.mjs').Places} places */
const sourceFolder = ({ repository }) => join(repository, 'electron', 'trainer', 'kernels')

/** @param {string} folder */
function sourcesIn(folder) {
  const names = readdirSync(folder).filter((name) => /\.(cc|h)$/.test(name))
  return names.map((name) => ({ name, content: readFileSync(join(folder, name)) }))
}

/** Names the kernels by all they are made from. @param {import('./places.mjs').Places} places */
export function kernelsKey(places) {
  const flags = [...FLAGS, ...Object.entries(LEVELS).flat(2)]
  return addonKey(sourcesIn(sourceFolder(places)), [NODE.integrity, basename(places.tensorflow.folder), ...flags])
}

/** @param {import('./places.mjs').Places} places */
export const kernelsFolder = (places) => join(places.cache, `kernels-${kernelsKey(places)}`)

/** Where the library lies, or would. @param {import('./places.mjs').Places} places */
export const kernelsPath = (places) => join(kernelsFolder(places), KERNELS_FILE)

/** @type {import('./parts.mjs').Part} */
export const kernelsPart = {
  title: PART,
  // `provision` tries once more where it failed before.
  isThere: ({ places, again }) => existsSync(again ? kernelsPath(places) : kernelsFolder(places)),
  async provide({ places, reporter }) {
    let problem
    await inStep(reporter, PART, async (step) => {
      const target = kernelsFolder(places)
      const partial = freshFolder(`${target}.partial`)
      step.note('compiling, about 10 s')
      problem = await build(places, partial)
      if (problem) writeFileSync(join(freshFolder(partial), KERNELS_NOTE), `${problem}\n`)
      freshFolder(target) // one that was noted as not built
      renameSync(partial, target)
    })
    if (problem) reporter.say(`training will be slower: the kernels could not be built. ${problem}`)
  },
}

/** @param {import('./places.mjs').Places} places @param {string} folder @returns {Promise<string | undefined>} what went wrong */
async function build(places, folder) {
  const sources = sourceFolder(places)
  const { libraries } = places.tensorflow
  const headers = [places.node.headers, join(libraries, 'include')].map((path) => `-I${path}`)
  const compile = (/** @type {readonly string[]} */ args) =>
    run(process.env.CXX || 'g++', [...FLAGS, ...headers, ...args])
  const levels = await Promise.all(
    Object.entries(LEVELS).map(async ([level, flags]) => {
      const object = join(folder, `${level}.o`)
      const args = [...flags, `-DLEVEL=${level}`, '-c', join(sources, AT_EACH_LEVEL), '-o', object]
      return { object, result: await compile(args) }
    }),
  )
  for (const { result } of levels) if (result.code !== 0) return `The C++ compiler failed: ${lastWords(result, 12)}`
  const others = readdirSync(sources).filter((name) => name.endsWith('.cc') && name !== AT_EACH_LEVEL)
  const library = join(folder, KERNELS_FILE)
  const linked = await compile([
    '-shared',
    ...others.map((name) => join(sources, name)),
    ...levels.map(({ object }) => object),
    `-L${libraries}`,
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
    // Relative to the library, so that the whole cache can be moved.
    `-Wl,-rpath,$ORIGIN/../${basename(places.tensorflow.folder)}/tensorflow`,
    '-o',
    library,
  ])
  if (linked.code !== 0) return `The C++ compiler failed: ${lastWords(linked, 12)}`
  for (const { object } of levels) rmSync(object)
  return loadProblem(places, library)
}

/** Registers them once, in a process of its own: what crashes there costs nothing.
 * @param {import('./places.mjs').Places} places @param {string} library */
async function loadProblem(places, library) {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' }
  const result = await run(places.node.binary, ['-e', 'require(process.argv[1]).start(1)', library], { env })
  if (result.code === 0) return undefined
  return `They were built but do not load: ${lastWords(result) || 'the process was ended by a signal'}`
}
