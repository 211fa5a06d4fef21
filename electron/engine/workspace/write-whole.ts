/** Writes a small file whole or not at all: beside it first, then renamed over it. */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

export function writeWhole(path: string, text: string, mode = 0o644): void {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const file = openSync(aside, 'wx', mode)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  renameSync(aside, path)
}
