/**
 * TensorFlow's C++ libraries and headers, out of the pinned Python wheels: pip fetches them (it knows the user's index,
 * proxy and certificates) and checks their hashes; a few paths of them are kept, the rest never touches the disk.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, hashOf, requireSpace, watchingGrowth } from './download.mjs'
import { SetupFailure } from './failure.mjs'
import { PIP_TARGET, TENSORFLOW } from './pins.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'
import { hasNvidiaDriver, wheelBytes } from './tensorflow-build.mjs'
import { unzip } from './unzip.mjs'

/** @typedef {import('./pins.mjs').Wheel} Wheel */

/** @type {import('./parts.mjs').Part} */
export const tensorflowPart = {
  title: 'TensorFlow',
  isThere: ({ places }) => existsSync(places.tensorflow.folder),
  async provide({ places, reporter }) {
    const { build } = places.tensorflow
    await inStep(reporter, build.title, async (step) => {
      requireSpace(places.cache, wheelBytes(build) + build.unpackedBytes, build.title)
      const partial = freshFolder(`${places.tensorflow.folder}.partial`)
      // The wheels stay until all are unpacked: an interrupted set-up fetches none of them twice.
      const files = []
      let before = 0
      for (const wheel of build.wheels) {
        const come = before
        files.push(await fetchWheel(wheel, places, (bytes) => step.bytes(come + bytes, wheelBytes(build))))
        before += wheel.bytes
      }
      let unpacked = 0
      for (const file of files) {
        const sofar = unpacked
        await unzip(file, partial, keptMember, (bytes) => step.bytes((unpacked = sofar + bytes), build.unpackedBytes))
      }
      renameSync(partial, places.tensorflow.folder)
      for (const file of files) rmSync(file)
    })
    if (hasNvidiaDriver() && build.name === 'cpu') {
      const gigabytes = (wheelBytes(TENSORFLOW.cuda) / 1e9).toFixed(1)
      reporter.say(
        `an NVIDIA GPU is present, and this build trains on the CPU. \`npm start -- provision --cuda\` fetches the CUDA build (${gigabytes} GB).`,
      )
    }
  },
}

/**
 * Which members of the wheels are kept, and where: headers and the two libraries, and NVIDIA's libraries beside them, in
 * the wheels' own layout, for TensorFlow looks for CUDA relative to itself. Of the compiler it needs ptxas and libdevice.
 * @param {string} name @returns {string | undefined}
 */
export function keptMember(name) {
  const isKept =
    name.startsWith('tensorflow/include/') ||
    name === 'tensorflow/libtensorflow_cc.so.2' ||
    name === 'tensorflow/libtensorflow_framework.so.2' ||
    /^nvidia\/[^/]+\/lib\/[^/]+\.so[.0-9]*$/.test(name) ||
    /^nvidia\/cuda_nvcc\/(bin\/ptxas|nvvm\/libdevice\/.+)$/.test(name)
  return isKept ? name : undefined
}

/** Does `python3 -m pip` work here? */
export const hasPip = async () => (await run('python3', ['-m', 'pip', '--version'])).code === 0

/**
 * @param {Wheel} wheel
 * @param {import('./places.mjs').Places} places
 * @param {(bytes: number) => void} onBytes
 * @returns {Promise<string>} its path
 */
async function fetchWheel({ distribution, version, file, sha256 }, { downloads, tensorflow }, onBytes) {
  const path = join(downloads, file)
  if (existsSync(path) && (await hashOf(path, 'sha256', 'hex')) === sha256) return path
  mkdirSync(downloads, { recursive: true })
  const work = freshFolder(`${path}.partial`)
  const temporary = join(work, 'tmp')
  mkdirSync(temporary)
  const requirements = join(work, 'requirements.txt')
  writeFileSync(requirements, `${distribution}==${version} --hash=sha256:${sha256}\n`)
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...PIP_TARGET]
  const quiet = ['--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off']
  const result = await watchingGrowth(work, onBytes, () =>
    run('python3', [...args, ...quiet, '--require-hashes', '-r', requirements, '-d', work], {
      cwd: work,
      // pip downloads into TMPDIR: on the cache's disk, whose room was checked, and visible as progress.
      env: { ...process.env, TMPDIR: temporary, PIP_REQUIRE_VIRTUALENV: '0' },
    }),
  )
  if (result.code === 0) renameSync(join(work, file), path)
  rmSync(work, { recursive: true, force: true })
  if (result.code === 0) return path
  throw new SetupFailure({
    part: tensorflow.build.title,
    message: `pip could not fetch ${file}:\n${lastWords(result)}`,
    remedy: pipRemedy(result, file),
  })
}

/** @param {import('./run-command.mjs').Finished} result @param {string} file */
export function pipRemedy({ code, stderr }, file) {
  if (code === 127 || /No module named pip/.test(stderr)) {
    return 'Install Python 3 with pip (on Debian and Ubuntu: sudo apt-get install python3 python3-pip) and start again.'
  }
  if (/DO NOT MATCH THE HASHES/i.test(stderr)) {
    return 'Nothing of it was used. Start again; if it stays, ask whoever runs your package index mirror.'
  }
  return (
    `Check that pip reaches its index (python3 -m pip download --no-deps pip), then start again. Without any network: ` +
    `put ${file} in a folder and start with PIP_FIND_LINKS=FOLDER.`
  )
}
