/**
 * "There is an NVIDIA GPU: fetch what it takes?", asked once, before several gigabytes are fetched. Where nobody can be
 * asked the CPU is used, and the set-up says how to have the other.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { TENSORFLOW } from '../setup/pins.mjs'
import { declinedFile, isCudaOffered, wheelBytes } from '../setup/tensorflow-build.mjs'

/**
 * @param {string} cache
 * @param {{ json?: boolean, input?: NodeJS.ReadStream, output?: NodeJS.WriteStream, isOffered?: (cache: string) => boolean }} [options]
 * @returns {Promise<boolean>} a yes; a no is remembered in the cache
 */
export async function wantsCuda(
  cache,
  { json = false, input = process.stdin, output = process.stderr, isOffered = isCudaOffered } = {},
) {
  if (json || !input.isTTY || !output.isTTY || !isOffered(cache)) return false
  const { cuda } = TENSORFLOW
  const gigabytes = (/** @type {number} */ bytes) => `${(bytes / 1e9).toFixed(1)} GB`
  output.write(
    `set-up: there is an NVIDIA GPU. Training on it takes ${cuda.title}: ${gigabytes(wheelBytes(cuda))} to fetch, ` +
      `${gigabytes(cuda.unpackedBytes)} on the disk.\n`,
  )
  const lines = createInterface({ input, output })
  const answer = await lines.question('        Fetch it now? [y/N] ').finally(() => lines.close())
  if (/^y(es)?$/i.test(answer.trim())) return true
  mkdirSync(cache, { recursive: true })
  writeFileSync(declinedFile(cache), '')
  output.write('        Training on the CPU. `npm start -- provision --cuda` fetches it later.\n')
  return false
}
