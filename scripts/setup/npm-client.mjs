/** The npm client found on the machine: it knows the user's registry, proxy and certificates, so all of npm goes through it. */
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { freshFolder, hashOf, requireSpace, watchingGrowth } from './download.mjs'
import { SetupFailure } from './failure.mjs'
import { lastWords, run } from './run-command.mjs'

const CLI = 'npm-cli.js'

/**
 * npm's own program file, to be run under a Node of our choice.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string} [execPath]
 */
export function findNpm(env = process.env, execPath = process.execPath) {
  const onPath = (env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm'))
  const candidates = [
    env.npm_execpath ?? '',
    ...onPath,
    // Version managers put a shim on PATH; npm itself lies beside the Node it came with.
    join(dirname(realpathSync(execPath)), '..', 'lib', 'node_modules', 'npm', 'bin', CLI),
    '/usr/share/nodejs/npm/bin/npm-cli.js',
  ]
  for (const candidate of candidates) {
    if (!candidate || !existsSync(candidate)) continue
    const real = realpathSync(candidate)
    if (real.endsWith(CLI)) return real
  }
  throw new SetupFailure({
    part: 'npm',
    message: 'No npm client was found beside this Node or on PATH.',
    remedy: 'Install npm (on Debian and Ubuntu: sudo apt-get install npm) and start again.',
  })
}

/** npm's lifecycle variables describe the script that runs now; a second npm must not take them for its own. */
export function npmEnvironment(env = process.env) {
  const kept = Object.entries(env).filter(([key]) => !/^npm_(lifecycle|package|command|node_execpath)/.test(key))
  return Object.fromEntries(kept)
}

/**
 * Fetches one pinned package's tarball and checks its hash.
 * @param {{ pin: import('./pins.mjs').NpmPin, part: string, downloads: string, step: import('./progress.mjs').Step }} what
 * @returns {Promise<string>} path of the tarball; the caller deletes it when it is unpacked
 */
export async function fetchNpmTarball({ pin, part, downloads, step }) {
  const wanted = `${pin.package}@${pin.version}`
  const tarball = join(downloads, `${pin.package.replace(/^@/, '').replace('/', '-')}-${pin.version}.tgz`)
  const [algorithm, digest] = /** @type {['sha512', string]} */ (pin.integrity.split(/-(.*)/s))
  // A set-up that was interrupted after this download need not repeat it.
  if (existsSync(tarball) && (await hashOf(tarball, algorithm, 'base64')) === digest) return tarball

  mkdirSync(downloads, { recursive: true })
  // npm writes the tarball into its cache and into the folder: twice the size for a moment.
  requireSpace(downloads, 2 * pin.tarballBytes, part)
  const work = freshFolder(`${tarball}.partial`)
  const cache = join(work, 'npm-cache')
  const args = ['pack', wanted, '--pack-destination', work, '--cache', cache, '--ignore-scripts', '--loglevel=error']
  const result = await watchingGrowth(
    cache,
    (bytes) => step.bytes(bytes, pin.tarballBytes),
    () => run(process.execPath, [findNpm(), ...args], { cwd: work, env: npmEnvironment() }),
  )
  const file = readdirSync(work).find((name) => name.endsWith('.tgz'))
  if (result.code !== 0 || !file) {
    rmSync(work, { recursive: true, force: true })
    throw new SetupFailure({
      part,
      message: `npm could not fetch ${wanted}:\n${lastWords(result)}`,
      remedy: 'Check that npm reaches its registry (npm ping; behind a proxy: npm config set proxy), and start again.',
    })
  }
  const got = await hashOf(join(work, file), algorithm, 'base64')
  if (got !== digest) {
    rmSync(work, { recursive: true, force: true })
    throw new SetupFailure({
      part,
      message: `The registry served a ${wanted} whose ${algorithm} is ${got}; ${digest} is the one this version was tested with.`,
      remedy: 'Nothing of it was used. Start again; if it stays, ask whoever runs your registry mirror.',
    })
  }
  renameSync(join(work, file), tarball)
  rmSync(work, { recursive: true, force: true })
  return tarball
}
