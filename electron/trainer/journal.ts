/**
 * The trainer's journal: one JSON object a line, appended with one write call each, so that a killed trainer loses at most the
 * line it was in. Durability: what was appended survives kill -9 of any process at once (it is in the kernel's page cache);
 * against power loss it is fsynced by `sync()`, which the session calls with every checkpoint and at the end.
 *
 * A full disk: a line that did not fit is cut off again, so the file stays whole lines, and a `workspace.full` Failure is thrown.
 * A small reserve file is given back to the disk at that moment, so that the closing `end` record still fits.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { JournalRecord } from '#shared/contract/journal.ts'
import { Failure } from '#shared/contract/failure.ts'
import { isDiskFull, workspaceFull } from './disk.ts'

const reserveBytes = 64 * 1024

export class Journal {
  /** Bytes of whole lines. */
  length: number
  readonly #file: number
  readonly #path: string

  private constructor(path: string, file: number, length: number) {
    this.#path = path
    this.#file = file
    this.length = length
  }

  /** Opens or creates the journal and cuts off a torn last line (of a trainer that was killed while writing). */
  static open(path: string): Journal {
    try {
      const file = openSync(path, 'a+')
      const length = wholeLines(file)
      if (length < fstatSync(file).size) ftruncateSync(file, length)
      const journal = new Journal(path, file, length)
      writeFileSync(journal.#reserve, Buffer.alloc(reserveBytes, 32))
      return journal
    } catch (cause) {
      if (isDiskFull(cause)) throw workspaceFull(path, cause)
      throw new Failure(
        {
          code: 'file.unreadable',
          message: `The journal cannot be opened: ${(cause as Error).message}`,
          input: path,
          remedy: 'Check that the run folder exists and may be written.',
        },
        { cause },
      )
    }
  }

  get #reserve(): string {
    return `${this.#path}.reserve`
  }

  /** Appends a record. Values of a metrics record that are not finite are left out: JSON has no word for them. */
  append(record: JournalRecord): void {
    const line = Buffer.from(`${JSON.stringify(finite(record))}\n`)
    let written = 0
    try {
      while (written < line.length) written += writeSync(this.#file, line, written)
      this.length += line.length
    } catch (cause) {
      if (written > 0) ftruncateSync(this.#file, this.length)
      if (!isDiskFull(cause)) throw cause
      rmSync(this.#reserve, { force: true })
      throw workspaceFull(this.#path, cause)
    }
  }

  /** Everything appended is on the disk when this returns. */
  sync(): void {
    fsyncSync(this.#file)
  }

  close(): void {
    rmSync(this.#reserve, { force: true })
    closeSync(this.#file)
  }
}

function finite(record: JournalRecord): JournalRecord {
  if (record.kind !== 'metrics') return record
  return { ...record, values: Object.fromEntries(Object.entries(record.values).filter(([, v]) => Number.isFinite(v))) }
}

/** The length up to and including the last line feed. */
function wholeLines(file: number): number {
  const chunk = Buffer.alloc(64 * 1024)
  let end = fstatSync(file).size
  while (end > 0) {
    const from = Math.max(0, end - chunk.length)
    const read = readSync(file, chunk, 0, end - from, from)
    const at = chunk.subarray(0, read).lastIndexOf(10)
    if (at >= 0) return from + at + 1
    end = from
  }
  return 0
}
