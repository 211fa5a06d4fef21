/**
 * `workspace.lock`: where the engine of a workspace can be reached. It is a signpost, not a mutex: the mutex is the exclusive
 * lock on the database, which the operating system takes back from a killed process. So a lock file is only believed after
 * its engine has answered (handshake.ts), and whoever holds the database simply replaces it.
 */
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import * as z from 'zod'
import { writeWhole } from './write-whole.ts'

export const LockFile = z.object({
  host: z.string(),
  pid: z.int().positive(),
  /** When the engine's process was born (process-identity.ts). */
  born: z.string(),
  /** ms since the epoch; also the `engine` of notices. */
  startedAt: z.number(),
  socket: z.string().min(1),
  token: z.string().min(16),
  version: z.string(),
})
export type LockFile = z.infer<typeof LockFile>

/** The lock of a workspace; null when there is none or it is torn. */
export function readLock(path: string): LockFile | null {
  try {
    return LockFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return null
  }
}

/** Writes it whole or not at all, readable by its owner alone. */
export const writeLock = (path: string, lock: LockFile): void =>
  writeWhole(path, `${JSON.stringify(lock, null, 2)}\n`, 0o600)

/** Removes the lock if it is still this engine's. */
export function removeLock(path: string, own: Pick<LockFile, 'pid' | 'born'>): void {
  const found = readLock(path)
  if (found && found.pid === own.pid && found.born === own.born) rmSync(path, { force: true })
}

/** Shows other machines that share the folder that the engine lives. */
export function touchLock(path: string): void {
  const now = new Date()
  utimesSync(path, now, now)
}

const heartbeatMs = 15_000
const silentMs = 4 * heartbeatMs

/** Touches the lock every now and then. Returns how to stop. */
export function keepTouching(path: string): () => void {
  const timer = setInterval(() => {
    try {
      touchLock(path)
    } catch {
      // The folder may be gone with its disk; the next write to the store says so in words.
    }
  }, heartbeatMs).unref()
  return () => clearInterval(timer)
}

/**
 * Is this the lock of an engine on another machine that still lives? Its process cannot be asked, its heartbeat can. Both
 * times are taken from the folder's own file system, so clocks that differ do not matter.
 */
export function isHeldElsewhere(path: string, lock: LockFile, host: string): boolean {
  if (lock.host === host) return false
  const probe = `${path}.probe.${process.pid}`
  try {
    writeFileSync(probe, '')
    return statSync(probe).mtimeMs - statSync(path).mtimeMs < silentMs
  } catch {
    return false
  } finally {
    rmSync(probe, { force: true })
  }
}
