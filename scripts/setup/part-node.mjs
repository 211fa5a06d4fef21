/** Node 24: the runtime of engine, trainer, command line, tests and of npm itself. */
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freshFolder, requireSpace } from './download.mjs'
import { SetupFailure } from './failure.mjs'
import { fetchNpmTarball } from './npm-client.mjs'
import { NODE } from './pins.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'

const PART = `Node ${NODE.version}`

/** @type {import('./parts.mjs').Part} */
export const nodePart = {
  title: PART,
  isThere: ({ places }) => existsSync(places.node.binary),
  async provide({ places, reporter }) {
    await inStep(reporter, PART, async (step) => {
      requireSpace(places.cache, NODE.tarballBytes + NODE.unpackedBytes, PART)
      const tarball = await fetchNpmTarball({ pin: NODE, part: PART, downloads: places.downloads, step })
      step.note('unpacking')
      const partial = freshFolder(`${places.node.folder}.partial`)
      await unpackTarball(tarball, partial, PART)
      const binary = join(partial, 'bin', 'node')
      chmodSync(binary, 0o755)
      await requireItRuns(binary)
      rmSync(places.node.folder, { recursive: true, force: true })
      renameSync(partial, places.node.folder)
      rmSync(tarball)
    })
  },
}

/** Where npm carries no Node of ours: the one that runs this, if it is new enough. @type {import('./parts.mjs').Part} */
export const ownNodePart = {
  title: PART,
  isThere: () => Number.parseInt(process.versions.node) >= Number.parseInt(NODE.version),
  async provide() {
    throw new SetupFailure({
      part: PART,
      message: `On this system Switchpoint runs on your own Node, and this is ${process.versions.node}.`,
      remedy: `Install Node ${Number.parseInt(NODE.version)} or newer from nodejs.org and start again.`,
    })
  },
}

/** An npm tarball's content, its `package/` folder stripped. @param {string} tarball @param {string} folder @param {string} part */
export async function unpackTarball(tarball, folder, part) {
  const result = await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'])
  if (result.code === 0) return
  throw new SetupFailure({
    part,
    message: `tar could not unpack ${tarball}:\n${lastWords(result)}`,
    remedy:
      result.code === 127
        ? 'Install tar and gzip (on Debian and Ubuntu: sudo apt-get install tar gzip) and start again.'
        : 'Free some disk space if it is full, delete that file, and start again.',
  })
}

/** @param {string} binary */
async function requireItRuns(binary) {
  const result = await run(binary, ['--version'])
  if (result.code === 0 && result.stdout.trim() === `v${NODE.version}`) return
  throw new SetupFailure({
    part: PART,
    message: `The Node that was fetched does not run on this system:\n${lastWords(result)}`,
    remedy: 'It needs Linux on x64 with glibc 2.28 or newer (Debian 10, Ubuntu 20.04, RHEL 8 and later).',
  })
}
