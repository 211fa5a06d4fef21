/** Child processes of the set-up: their output is kept for error messages, and none outlives the set-up. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { rememberChild, forgetChild } from './lock.mjs'

/** @typedef {{ code: number, stdout: string, stderr: string }} Finished */

const KEPT = 64 * 1024

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/**
 * While `work` runs, a signal that asks this process to end also ends its children with what they started, as Ctrl-C on
 * a terminal would; the lock is given back by its 'exit' listener.
 * @template T
 * @param {() => Promise<T>} work
 */
export async function endingWithUs(work) {
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    for (const { pid } of running) if (pid) signalGroup(pid, 'SIGINT')
    process.exit(128 + constants.signals[signal])
  }
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  for (const signal of signals) process.on(signal, end)
  try {
    return await work()
  } finally {
    for (const signal of signals) process.off(signal, end)
  }
}

/** @param {number} leader @param {NodeJS.Signals} signal */
function signalGroup(leader, signal) {
  try {
    process.kill(-leader, signal)
  } catch {
    // It has just ended by itself.
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, leaveWhenOrphaned?: boolean}} [options]
 *   `leaveWhenOrphaned`: were this process killed, its successor must let the child finish (apt-get) instead of ending it
 * @returns {Promise<Finished>} code 127 when the command does not exist; stdout whole, stderr its last 64 KiB
 */
export function run(command, args, { cwd, env = process.env, onLine, leaveWhenOrphaned = false } = {}) {
  return new Promise((resolve) => {
    // A process group of its own: a wrapper script's child (pyenv's pip) is ended with the wrapper.
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    running.add(child)
    if (child.pid && !leaveWhenOrphaned) rememberChild(child.pid)
    let stdout = ''
    let stderr = ''
    const lines = (/** @type {string} */ chunk) => {
      for (const line of chunk.split(/[\r\n]+/)) if (line.trim()) onLine?.(line.trim())
    }
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout += chunk
      lines(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-KEPT)
      lines(chunk)
    })
    const done = (/** @type {number} */ code) => {
      running.delete(child)
      if (child.pid) forgetChild(child.pid)
      resolve({ code, stdout, stderr })
    }
    child.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      stderr += error.message
      done(error.code === 'ENOENT' ? 127 : 126)
    })
    child.on('close', (code) => done(code ?? 1))
  })
}

/** The last lines of what a failed command said: the cause, for the error message.
 * @param {Finished} finished @param {number} [count] */
export function lastWords({ stderr, stdout }, count = 6) {
  const text = stderr.trim() || stdout.trim()
  return text.split('\n').slice(-count).join('\n')
}
