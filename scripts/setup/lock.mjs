/**
 * One set-up at a time in one cache: a folder made with mkdir (which is atomic, also on network drives) that holds who
 * holds it. A holder that was killed left its children behind; whoever takes its lock ends them first, so that an
 * orphaned `npm ci` never writes beside a new one.
 */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const HEARTBEAT_MS = 5_000
/** A holder on another machine can't be asked whether it lives; its heartbeat can. */
const SILENT_MS = 60_000
const POLL_MS = 200

/** @typedef {{ pid: number, born: string, host: string }} Holder */

/** When a process was started, in clock ticks, or '' if it is no more: a pid alone may belong to someone else by now.
 * @param {number} pid */
export function bornAt(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces; state and start time are the 1st and the 20th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}

/**
 * Is the lock held by nobody any more?
 * @param {{ holder: Holder | undefined, ageMs: number, host: string, born: (pid: number) => string }} facts
 *   `holder` undefined: the lock is being made, or its maker died between two system calls
 */
export function isStale({ holder, ageMs, host, born }) {
  if (!holder) return ageMs > 2 * HEARTBEAT_MS
  if (holder.host !== host) return ageMs > SILENT_MS
  const now = born(holder.pid)
  return now === '' || now !== holder.born
}

/** @param {string} folder @returns {Holder | undefined} */
function holderOf(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'holder.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** @type {string | undefined} The lock this process holds. */
let held

/** @param {number} pid */
export function rememberChild(pid) {
  if (!held) return
  try {
    writeFileSync(join(held, `child-${pid}`), bornAt(pid))
  } catch {
    // Only the clean-up after a kill -9 needs it.
  }
}

/** @param {number} pid */
export function forgetChild(pid) {
  if (held) rmSync(join(held, `child-${pid}`), { force: true })
}

/** Ends the children that a killed holder left. @param {string} folder */
async function endOrphans(folder) {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^child-(\d+)$/.exec(name)?.[1])
    const born = pid ? readFileSync(join(folder, name), 'utf8') : ''
    if (!born || bornAt(pid) !== born) continue
    // Children lead process groups (run-command.mjs): what they started goes with them.
    process.kill(-pid, 'SIGKILL')
    while (bornAt(pid) === born) await sleep(20)
  }
}

/**
 * Waits for the lock, takes it, and gives it back when `work` is over, also when this process is asked to end.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (holder: Holder | undefined) => void, host?: string }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(folder, work, { onWait, host = hostname() } = {}) {
  for (let waited = false; !take(folder, host);) {
    const holder = holderOf(folder)
    const ageMs = ageOf(folder)
    if (ageMs === undefined) continue
    if (isStale({ holder, ageMs, host, born: bornAt })) {
      await takeAway(folder, holder)
      continue
    }
    if (!waited) onWait?.(holder)
    waited = true
    await sleep(POLL_MS)
  }
  held = folder
  const heartbeat = setInterval(() => touch(folder), HEARTBEAT_MS).unref()
  const release = () => {
    clearInterval(heartbeat)
    if (held === folder) rmSync(folder, { recursive: true, force: true })
    held = undefined
  }
  process.on('exit', release)
  try {
    return await work()
  } finally {
    process.off('exit', release)
    release()
  }
}

/** @param {string} folder @param {string} host */
function take(folder, host) {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  }
  const holder = { pid: process.pid, born: bornAt(process.pid), host }
  writeFileSync(join(folder, 'holder.json'), JSON.stringify(holder))
  return true
}

/** Removes a stale lock; of several who try, one succeeds. @param {string} folder @param {Holder | undefined} seen */
async function takeAway(folder, seen) {
  const aside = `${folder}.stale-${process.pid}`
  try {
    await endOrphans(folder)
    renameSync(folder, aside)
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    // ENOENT: another waiter has removed it. ESRCH: the orphan ended by itself meanwhile. Both: look again.
    if (code === 'ENOENT' || code === 'ESRCH') return
    throw error
  }
  const got = holderOf(aside)
  const isTheStaleOne = got?.pid === seen?.pid && got?.born === seen?.born
  // Another waiter was faster and this is its fresh lock: put it back.
  if (!isTheStaleOne) renameSync(aside, folder)
  else rmSync(aside, { recursive: true, force: true })
}

/** @param {string} folder */
function ageOf(folder) {
  try {
    return Date.now() - statSync(folder).mtimeMs
  } catch {
    return undefined
  }
}

/** @param {string} folder */
function touch(folder) {
  try {
    utimesSync(folder, new Date(), new Date())
  } catch {
    // The next poll of the others will see.
  }
}
