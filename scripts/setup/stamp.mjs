/**
 * The one file that says all is in place. It is keyed by everything the parts depend on, so that an ordinary start
 * reads two small files, looks whether the named paths exist, and goes on.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** @typedef {{ key: string, parts: Record<string, string[]> }} Stamp  parts: a part's name and the paths that prove it */

/** @param {string} file */
export const hashOfFile = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

/**
 * @param {{ lock: string | Buffer, pins: string | Buffer, platform: string, cache: string, build: string }} inputs contents
 *   of package-lock.json and pins.mjs, `linux-x64`, where the cache lies, and which build of TensorFlow
 */
export function stampKey({ lock, pins, platform, cache, build }) {
  const hash = createHash('sha256')
  // Lengths first: no two lists of inputs run together into one text.
  for (const input of [lock, pins, platform, cache, build]) hash.update(`${Buffer.byteLength(input)}:`).update(input)
  return hash.digest('hex')
}

/** @param {string} file @param {string} key @returns {Stamp} an empty one when there is none, or one of another time */
export function readStamp(file, key) {
  try {
    const stamp = JSON.parse(readFileSync(file, 'utf8'))
    if (stamp.key === key) return stamp
  } catch {
    // No set-up has finished here yet.
  }
  return { key, parts: {} }
}

/** @param {Stamp} stamp @param {readonly string[]} needed @param {(path: string) => boolean} [exists] */
export function missingParts(stamp, needed, exists = existsSync) {
  return needed.filter((name) => !stamp.parts[name]?.every(exists))
}

/** Writes a file so that a reader finds the old one or the new one, never half of it.
 * @param {string} file @param {unknown} value */
export function writeJson(file, value) {
  const partial = `${file}.${process.pid}.partial`
  writeFileSync(partial, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(partial, file)
}
