/**
 * Can Chromium's sandbox work here? Found out before the launch, because Electron's own answer is a core dump. The facts
 * are gathered in one function and judged in another.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from '../setup/run-command.mjs'

/**
 * @typedef {object} SandboxFacts
 * @property {boolean} isRoot
 * @property {string} helper path of Electron's chrome-sandbox
 * @property {boolean} isHelperSetuid does it belong to root, with mode 4755?
 * @property {boolean} noNewPrivileges a process that may not gain rights (many containers): setuid has no effect
 * @property {'work' | 'apparmor' | 'switched off' | 'refused'} userNamespaces for an unprivileged process
 */
/** @typedef {{ canStart: true, flags: string[] } | { canStart: false, reason: string, remedy: string }} SandboxDecision */

/** @param {SandboxFacts} facts @returns {SandboxDecision} */
export function sandboxDecision({ isRoot, helper, isHelperSetuid, noNewPrivileges, userNamespaces }) {
  // Chromium refuses to start its sandbox for root.
  if (isRoot) return { canStart: true, flags: ['--no-sandbox'] }
  if (userNamespaces === 'work' || (isHelperSetuid && !noNewPrivileges)) return { canStart: true, flags: [] }
  const reason = {
    apparmor: "AppArmor keeps unprivileged programs from making user namespaces, which the window's sandbox needs",
    'switched off': "this system has unprivileged user namespaces switched off, which the window's sandbox needs",
    refused: "this container refuses to make user namespaces, which the window's sandbox needs",
  }[userNamespaces]
  if (noNewPrivileges) {
    const remedy =
      'Start the container with a seccomp profile that allows user namespaces (docker, podman: --security-opt seccomp=unconfined).'
    return { canStart: false, reason, remedy }
  }
  return { canStart: false, reason, remedy: `sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'` }
}

/** @param {string} electron path of the binary @returns {Promise<SandboxFacts>} */
export async function sandboxFacts(electron) {
  const helper = join(dirname(electron), 'chrome-sandbox')
  if (process.platform !== 'linux') {
    // There it needs neither of Linux's two ways, and root may have it.
    return { isRoot: false, helper, isHelperSetuid: false, noNewPrivileges: false, userNamespaces: 'work' }
  }
  const isRoot = process.getuid?.() === 0
  return {
    isRoot,
    helper,
    isHelperSetuid: isSetuidRoot(helper),
    noNewPrivileges: /^NoNewPrivs:\s+1/m.test(readText('/proc/self/status')),
    userNamespaces: isRoot ? 'work' : await userNamespaces(electron),
  }
}

/** @param {string} electron @returns {Promise<SandboxFacts['userNamespaces']>} */
async function userNamespaces(electron) {
  const sysctl = (/** @type {string} */ name) => readText(`/proc/sys/${name}`).trim()
  if (sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return hasProfileFor(electron) ? 'work' : 'apparmor'
  }
  if (sysctl('kernel/unprivileged_userns_clone') === '0' || sysctl('user/max_user_namespaces') === '0')
    return 'switched off'
  const probe = await run('unshare', ['--user', '--map-root-user', 'true'])
  // Without the program that asks, the switches above have decided.
  return probe.code === 0 || probe.code === 127 ? 'work' : 'refused'
}

/** Has the administrator allowed it to this very program? @param {string} electron */
function hasProfileFor(electron) {
  const folder = '/etc/apparmor.d'
  if (!existsSync(folder)) return false
  return readdirSync(folder).some((name) => readText(join(folder, name)).includes(electron))
}

/** @param {string} path */
function isSetuidRoot(path) {
  if (!existsSync(path)) return false
  const { uid, mode } = statSync(path)
  return uid === 0 && (mode & 0o4111) === 0o4111
}

/** @param {string} path @returns {string} '' where it is not there or not readable */
function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
