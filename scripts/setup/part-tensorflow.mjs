/**
 * TensorFlow's C++ libraries and headers, out of the pinned Python wheel: pip fetches it (it knows the user's index,
 * proxy and certificates) and checks its hash; three paths of it are kept, the rest never touches the disk.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, hashOf, requireSpace, watchingGrowth } from './download.mjs'
import { SetupFailure } from './failure.mjs'
import { TENSORFLOW } from './pins.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'
import { unzip } from './unzip.mjs'

const PART = `TensorFlow ${TENSORFLOW.version} (CPU)`

/** @type {import('./parts.mjs').Part} */
export const tensorflowPart = {
  title: PART,
  isThere: ({ places }) => existsSync(places.tensorflow.folder),
  async provide({ places, reporter }) {
    await inStep(reporter, PART, async (step) => {
      requireSpace(places.cache, TENSORFLOW.wheelBytes + TENSORFLOW.unpackedBytes, PART)
      const wheel = await fetchWheel(places.downloads, step)
      const partial = freshFolder(`${places.tensorflow.folder}.partial`)
      await unzip(wheel, partial, keptMember, (done, total) => step.bytes(done, total))
      renameSync(partial, places.tensorflow.folder)
      rmSync(wheel)
    })
    const gpu = presentGpu()
    if (gpu) reporter.say(`${gpu} is present, but this version trains on the CPU; \`doctor\` says so too.`)
  },
}

/** Which members of the wheel are kept, and where: headers and the two libraries, in the wheel's own layout.
 * @param {string} name @returns {string | undefined} */
export function keptMember(name) {
  const isKept =
    name.startsWith('tensorflow/include/') ||
    name === 'tensorflow/libtensorflow_cc.so.2' ||
    name === 'tensorflow/libtensorflow_framework.so.2'
  return isKept ? name : undefined
}

/** The name of the GPU's driver, if there is one. @param {(path: string) => boolean} [exists] */
export const presentGpu = (exists = existsSync) =>
  exists('/proc/driver/nvidia/version') ? 'An NVIDIA GPU with its driver' : undefined

/** Does `python3 -m pip` work here? */
export const hasPip = async () => (await run('python3', ['-m', 'pip', '--version'])).code === 0

/** @param {string} downloads @param {import('./progress.mjs').Step} step */
async function fetchWheel(downloads, step) {
  const wheel = join(downloads, TENSORFLOW.file)
  if (existsSync(wheel) && (await hashOf(wheel, 'sha256', 'hex')) === TENSORFLOW.sha256) return wheel
  mkdirSync(downloads, { recursive: true })
  const work = freshFolder(`${wheel}.partial`)
  const temporary = join(work, 'tmp')
  mkdirSync(temporary)
  const requirements = join(work, 'requirements.txt')
  writeFileSync(requirements, `${TENSORFLOW.distribution}==${TENSORFLOW.version} --hash=sha256:${TENSORFLOW.sha256}\n`)
  const args = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', ...TENSORFLOW.pipTarget]
  const quiet = ['--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off']
  const result = await watchingGrowth(
    work,
    (bytes) => step.bytes(bytes, TENSORFLOW.wheelBytes),
    () =>
      run('python3', [...args, ...quiet, '--require-hashes', '-r', requirements, '-d', work], {
        cwd: work,
        // pip downloads into TMPDIR: on the cache's disk, whose room was checked, and visible as progress.
        env: { ...process.env, TMPDIR: temporary, PIP_REQUIRE_VIRTUALENV: '0' },
      }),
  )
  if (result.code === 0) renameSync(join(work, TENSORFLOW.file), wheel)
  rmSync(work, { recursive: true, force: true })
  if (result.code === 0) return wheel
  throw new SetupFailure({
    part: PART,
    message: `pip could not fetch ${TENSORFLOW.file}:\n${lastWords(result)}`,
    remedy: pipRemedy(result),
  })
}

/** @param {import('./run-command.mjs').Finished} result */
export function pipRemedy({ code, stderr }) {
  if (code === 127 || /No module named pip/.test(stderr)) {
    return 'Install Python 3 with pip (on Debian and Ubuntu: sudo apt-get install python3 python3-pip) and start again.'
  }
  if (/DO NOT MATCH THE HASHES/i.test(stderr)) {
    return 'Nothing of it was used. Start again; if it stays, ask whoever runs your package index mirror.'
  }
  return (
    `Check that pip reaches its index (python3 -m pip download --no-deps pip), then start again. Without any network: ` +
    `put ${TENSORFLOW.file} in a folder and start with PIP_FIND_LINKS=FOLDER.`
  )
}
