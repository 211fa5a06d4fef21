/** The engine's log: JSON lines in the workspace, rolled by size; warnings and errors also on standard error. */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import pino, { type Logger } from 'pino'

export type Log = Logger

const mostBytes = 4_000_000
const keptFiles = 3

const fileNamed = (folder: string, n: number): string => join(folder, n === 0 ? 'engine.log' : `engine.${n}.log`)

/**
 * Opens the log in `folder`. Written synchronously: it holds a few lines a minute, and the last ones before a crash are the
 * ones that matter. Tokens never reach it.
 */
export function openLog(folder: string): Log {
  const streams = pino.multistream([
    { level: 'info', stream: rollingFile(folder) },
    { level: 'warn', stream: process.stderr },
  ])
  return pino({ level: 'info', base: { pid: process.pid }, redact: ['token', '*.token', '*.authorization'] }, streams)
}

function rollingFile(folder: string): { write(line: string): void } {
  let file = openSync(fileNamed(folder, 0), 'a')
  let { size } = fstatSync(file)
  return {
    write(line) {
      try {
        size += writeSync(file, line)
        if (size < mostBytes) return
        closeSync(file)
        rmSync(fileNamed(folder, keptFiles), { force: true })
        for (let n = keptFiles - 1; n >= 0; n--) renameIfThere(fileNamed(folder, n), fileNamed(folder, n + 1))
        file = openSync(fileNamed(folder, 0), 'a')
        size = 0
      } catch {
        // A full disk must not take the engine down for want of a log line.
      }
    },
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** The last lines of the log, for diagnostics. */
export const lastLines = (folder: string, bytes = 16_000): string => tailOf(fileNamed(folder, 0), bytes)

/** The end of a text file, from a whole line on; empty when there is no such file. */
export function tailOf(path: string, bytes: number): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return ''
  }
  try {
    const { size } = fstatSync(file)
    const buffer = Buffer.alloc(Math.min(size, bytes))
    const read = readSync(file, buffer, 0, buffer.length, Math.max(0, size - bytes))
    const text = buffer.toString('utf8', 0, read)
    return size > bytes ? text.slice(text.indexOf('\n') + 1) : text
  } finally {
    closeSync(file)
  }
}
