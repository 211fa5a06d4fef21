/** What every download shares: room on the disk, a folder of its own, its growth as progress, the hash. */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SetupFailure } from './failure.mjs'

const LOOK_EVERY_MS = 300
/** Kept free beside what a step needs. */
const RESERVE_BYTES = 200e6

/**
 * @param {string} folder where it will be written (itself or its nearest parent that exists)
 * @param {number} bytes
 * @param {string} part
 */
export function requireSpace(folder, bytes, part) {
  let existing = folder
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing)
  const { bavail, bsize } = statfsSync(existing)
  const free = bavail * bsize
  if (free >= bytes + RESERVE_BYTES) return
  const gigabytes = (/** @type {number} */ n) => `${(n / 1e9).toFixed(1)} GB`
  throw new SetupFailure({
    part,
    message: `Not enough room on the disk of ${folder}: ${gigabytes(bytes + RESERVE_BYTES)} needed, ${gigabytes(free)} free.`,
    remedy: 'Free some space there, or set SWITCHPOINT_CACHE to a folder on a larger disk, and start again.',
  })
}

/** An empty folder for half-done work; what an interrupted set-up left there is thrown away. @param {string} folder */
export function freshFolder(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

/** @param {string} path @returns {number} bytes of all files in it; what vanishes meanwhile counts nothing */
export function bytesIn(path) {
  try {
    const stat = statSync(path)
    if (!stat.isDirectory()) return stat.size
    return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0)
  } catch {
    return 0
  }
}

/**
 * Reports how large a folder has grown while `work` fills it: npm and pip tell no other progress to a program.
 * @template T
 * @param {string} folder
 * @param {(bytes: number) => void} onBytes
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function watchingGrowth(folder, onBytes, work) {
  const timer = setInterval(() => onBytes(bytesIn(folder)), LOOK_EVERY_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

/** @param {string} file @param {'sha256' | 'sha512'} algorithm @param {'hex' | 'base64'} encoding */
export async function hashOf(file, algorithm, encoding) {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest(encoding)
}
