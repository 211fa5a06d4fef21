/**
 * Lines as bytes, before anything reads them as text. A file is scanned first; where all is plain UTF-8 lines, DuckDB reads
 * the file itself. Where something is not (a NUL, an endless line, bytes that are no UTF-8, line ends of Windows), a washed
 * copy is written in which a bad line is replaced by a mark with the reason, so that every line keeps its number.
 */
import { isUtf8 } from 'node:buffer'

/** Longer lines are refused: readers hold several in memory at once. */
export const longestLineBytes = 16 << 20

/** A replaced line starts with this byte, which no JSON text can hold; its reason follows. */
export const mark = '\x01'
/** Splits columns of a prepared file. A line that holds it is no JSON, and is marked. */
export const columnSplit = '\x1f'

export interface LineScan {
  readonly lines: number
  /** Bytes of the longest line that is kept. */
  readonly longest: number
  /** Some line cannot be given to DuckDB as it is. */
  readonly dirty: boolean
  /** The last line has no newline after it. */
  readonly open: boolean
}

const LF = 10
const CR = 13
const columnSplitByte = columnSplit.charCodeAt(0)

/**
 * Reads all pieces; with `write`, copies them washed (byte order mark gone, every line end LF). Without it, stops at the
 * first dirty block. Never throws on any bytes; `write` and the source may.
 */
export async function scanLines(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  write?: (block: Buffer) => Promise<void>,
): Promise<LineScan> {
  let lines = 0
  let longest = 0
  let dirty = false
  let newline: number | undefined
  let rest: Buffer = Buffer.alloc(0)
  let skipping = false // inside a line that is too long

  const washLine = (line: Buffer): Buffer => {
    const text = line.at(-1) === CR ? line.subarray(0, -1) : line
    const problem = lineProblem(text)
    if (!problem) return Buffer.concat([text, Buffer.of(LF)])
    dirty = true
    return Buffer.from(`${mark}${problem}\n`)
  }
  const take = async (block: Buffer): Promise<void> => {
    if (newline === LF && isClean(block)) {
      for (let from = 0; from < block.length; lines++) {
        const end = block.indexOf(LF, from)
        longest = Math.max(longest, end - from)
        from = end + 1
      }
      if (longest <= longestLineBytes) return write?.(block)
    }
    dirty = true
    if (!write) return
    const washed: Buffer[] = []
    for (let from = 0; from < block.length; lines++) {
      const end = block.indexOf(newline!, from)
      const line = washLine(block.subarray(from, end))
      longest = Math.max(longest, line.length)
      washed.push(line)
      from = end + 1
    }
    await write(Buffer.concat(washed))
  }
  const tooLong = async () => {
    dirty = true
    lines++
    await write?.(Buffer.from(`${mark}${problems.long}\n`))
  }

  let first = true
  for await (const piece of pieces) {
    let bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    if (rest.length > 0) bytes = Buffer.concat([rest, bytes])
    if (first && bytes.length >= 3) {
      first = false
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
    }
    // Old Mac files end lines with CR alone; one LF anywhere in the first piece says that this is none.
    newline ??= bytes.includes(LF) || !bytes.includes(CR) ? LF : CR
    if (newline === CR) dirty = true
    if (skipping) {
      const end = bytes.indexOf(newline)
      if (end < 0) continue
      skipping = false
      await tooLong()
      bytes = bytes.subarray(end + 1)
    }
    const cut = bytes.lastIndexOf(newline) + 1
    if (cut > 0) await take(bytes.subarray(0, cut))
    rest = Buffer.from(bytes.subarray(cut))
    if (rest.length > longestLineBytes) {
      skipping = true
      dirty = true
      rest = Buffer.alloc(0)
    }
    if (dirty && !write) break
  }
  if (skipping) await tooLong()
  // DuckDB would take a lone CR at the very end for a newline; washed, the line is as open as it was.
  const line = rest.at(-1) === CR ? rest.subarray(0, -1) : rest
  if (line !== rest) dirty = true
  const open = skipping || line.length > 0
  if (line.length > 0 && !(dirty && !write)) {
    const problem = lineProblem(line)
    if (problem) dirty = true
    lines++
    longest = Math.max(longest, line.length)
    await write?.(problem ? Buffer.from(`${mark}${problem}\n`) : line)
  }
  return { lines, longest, dirty, open }
}

export const problems = {
  utf8: 'not valid UTF-8',
  nul: 'holds a NUL byte (the file may have been cut by a crash)',
  long: `longer than ${longestLineBytes >> 20} MB`,
  control: 'not JSON: a raw control character',
} as const

function lineProblem(line: Buffer): string | null {
  if (line.length > longestLineBytes) return problems.long
  if (line.includes(0)) return problems.nul
  if (!isUtf8(line)) return problems.utf8
  if (line[0] === 1 || line.includes(columnSplitByte) || line.includes(CR)) return problems.control
  return null
}

/** Nothing in the block needs a look line by line. CRLF does: DuckDB reads a blank line with CRLF as two. */
function isClean(block: Buffer): boolean {
  return (
    isUtf8(block) && !block.includes(0) && !block.includes(columnSplitByte) && !block.includes(1) && !block.includes(CR)
  )
}
