/** What `doctor --no-provision` answers where even the Node it runs on is missing: what is there, and the way to the rest. */
import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { runtimeIn } from '../setup/provision.mjs'

const REMEDY = 'npm start -- provision'

/** Can a command run at all? @param {import('../setup/places.mjs').Places} places */
export const canRunCommands = (places) => existsSync(places.node.binary) && existsSync(places.packagesStamp)

/** @param {import('../setup/places.mjs').Places} places */
export function doctorBeforeSetup(places) {
  const packages = existsSync(places.packagesStamp) ? places.nodeModules : null
  const there = { ...runtimeIn(places), packages }
  const { node, electron } = there
  const missing = Object.entries(there).flatMap(([part, value]) => (value === null ? [part] : []))
  const disk = freeBytes(places.cache)
  return {
    document: {
      node,
      electron: electron && { version: electron.version, source: electron.source, outdated: electron.outdated },
      backend: null,
      sqlite: null,
      duckdb: null,
      gpu: null,
      matmulGflops: null,
      disk,
      missing,
      remedy: REMEDY,
    },
    text: [
      ...Object.entries(there).map(([part, value]) => `${part.padEnd(12)}${value === null ? 'missing' : 'there'}`),
      `${'disk'.padEnd(12)}${(disk.freeBytes / 1e9).toFixed(0)} GB free at ${places.cache}`,
      `To get what is missing: ${REMEDY}`,
    ].join('\n'),
  }
}

/** @param {string} folder */
function freeBytes(folder) {
  let existing = folder
  while (!existsSync(existing)) existing = dirname(existing)
  const { bavail, bsize } = statfsSync(existing)
  return { path: folder, freeBytes: bavail * bsize }
}
