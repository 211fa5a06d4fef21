/** Whole lines of a journal from a byte on. A torn last line waits until it is whole. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

export interface Chunk {
  readonly lines: readonly { readonly text: string; readonly offset: number }[]
  /** Where the next read begins: the end of the last whole line. */
  readonly next: number
  /** There is more in the file than was read. */
  readonly isMore: boolean
}

const chunkBytes = 1 << 20
/** A line longer than this is none of ours. */
const longestBytes = 64 << 20
const newline = 0x0a

/** Reads about a megabyte, more where one line is longer. An absent file is an empty one. */
export function readLines(path: string, from: number, atMost = chunkBytes): Chunk {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { lines: [], next: from, isMore: false }
    throw error
  }
  try {
    const { size } = fstatSync(file)
    for (let wanted = atMost; ; wanted *= 4) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(size - from, wanted)))
      const bytes = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, from))
      const end = bytes.lastIndexOf(newline) + 1
      const isAll = from + bytes.length >= size
      if (end > 0) return { lines: split(bytes.subarray(0, end), from), next: from + end, isMore: !isAll }
      if (isAll) return { lines: [], next: from, isMore: false }
      if (wanted >= longestBytes)
        return { lines: [{ text: '', offset: from }], next: from + bytes.length, isMore: true }
    }
  } finally {
    closeSync(file)
  }
}

function split(bytes: Buffer, from: number): { text: string; offset: number }[] {
  const lines: { text: string; offset: number }[] = []
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start)
    lines.push({ text: bytes.toString('utf8', start, end), offset: from + start })
    start = end + 1
  }
  return lines
}
