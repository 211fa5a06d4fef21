/**
 * Debian and Ubuntu packages. As root the missing ones are installed, announced by name; elsewhere the exact line to
 * type is part of the error. SWITCHPOINT_NO_SYSTEM=1 leaves the system alone.
 */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { SetupFailure } from './failure.mjs'
import { inStep } from './progress.mjs'
import { lastWords, run } from './run-command.mjs'

/** Electron's shared libraries; on newer releases some of them are called `…t64`. */
export const WINDOW_LIBRARIES = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libxss1',
  'libxtst6',
  'libnotify4',
  'libatspi2.0-0',
  'libdrm2',
  'libxkbcommon0',
]

/** @param {string} command @param {NodeJS.ProcessEnv} [env] */
export const onPath = (command, env = process.env) =>
  (env.PATH ?? '').split(delimiter).some((folder) => folder && existsSync(join(folder, command)))

const isDebian = () => onPath('dpkg-query') && onPath('apt-get')

/**
 * Which of the wanted packages lack, from what `dpkg-query -W -f '${Package} ${db:Status-Status}\n'` says.
 * @param {readonly string[]} wanted
 * @param {string} listing
 */
export function lacking(wanted, listing) {
  const installed = new Set(
    listing.split('\n').flatMap((line) => {
      const [name, status] = line.trim().split(' ')
      return name && status === 'installed' ? [name] : []
    }),
  )
  return wanted.filter((name) => !installed.has(name) && !installed.has(`${name}t64`))
}

/** Which of the wanted packages this system lacks. @param {readonly string[]} wanted */
export async function lackingPackages(wanted) {
  if (!isDebian()) return []
  const names = wanted.flatMap((name) => [name, `${name}t64`])
  // Exits with 1 when it knows some name not at all; what it knows, it prints.
  const { stdout } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names])
  return lacking(wanted, stdout)
}

/**
 * The names under which this release has the packages, from what `apt-cache policy` says about `x` and `xt64`. Where
 * both are known the newer name is the real package and the older one a virtual one.
 * @param {readonly string[]} wanted
 * @param {string} policy
 */
export function aptNames(wanted, policy) {
  const candidates = new Set(
    [...policy.matchAll(/^(\S+):\n(?: .*\n)*? {2}Candidate: (\S+)/gm)].flatMap(([, name, version]) =>
      version === '(none)' ? [] : [name],
    ),
  )
  return wanted.map((name) => (candidates.has(`${name}t64`) ? `${name}t64` : name))
}

/** @param {readonly string[]} packages */
export const installLine = (packages) => `sudo apt-get install --no-install-recommends ${packages.join(' ')}`

/**
 * Installs what lacks, or says how.
 * @param {readonly string[]} wanted
 * @param {{ reporter: import('./progress.mjs').Reporter, env: NodeJS.ProcessEnv, isRoot: boolean, part: string }} context
 */
export async function installPackages(wanted, { reporter, env, isRoot, part }) {
  if (!isDebian()) {
    throw new SetupFailure({
      part,
      message: 'Something of the system is missing, and this is not Debian or Ubuntu, where it could be installed.',
      remedy: `Install what your distribution calls: ${wanted.join(', ')}. Then start again.`,
    })
  }
  if (!isRoot || env.SWITCHPOINT_NO_SYSTEM === '1') {
    const why = isRoot ? 'SWITCHPOINT_NO_SYSTEM=1 forbids installing them' : 'only root can install them'
    throw new SetupFailure({
      part,
      message: `System packages are missing (${wanted.join(', ')}), and ${why}.`,
      remedy: installLine(aptNames(wanted, (await policy(wanted)).stdout)),
    })
  }
  reporter.say(`installing system packages: ${wanted.join(' ')} (SWITCHPOINT_NO_SYSTEM=1 turns this off)`)
  await inStep(reporter, 'System packages', async (step) => {
    const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' }
    // An orphaned dpkg must be left to finish: ended in the middle it leaves the system half configured.
    const apt = (/** @type {string[]} */ args) =>
      run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
        env: quiet,
        leaveWhenOrphaned: true,
        onLine: (line) => step.note(line.slice(0, 60)),
      })
    // A failing update (one broken source of many) is no reason to stop: the install will tell.
    await apt(['update', '-q'])
    const names = aptNames(wanted, (await policy(wanted)).stdout)
    const result = await apt(['install', '-y', '-q', '--no-install-recommends', ...names])
    if (result.code === 0) return
    throw new SetupFailure({
      part,
      message: `apt-get could not install ${names.join(', ')}:\n${lastWords(result)}`,
      remedy: `Run it yourself and see: ${installLine(names)}`,
    })
  })
}

/** @param {readonly string[]} wanted */
const policy = (wanted) =>
  run('apt-cache', ['policy', ...wanted.flatMap((name) => [name, `${name}t64`])], {
    env: { ...process.env, LC_ALL: 'C' },
  })
