/**
 * CSV as RFC 4180 has it, with quoted fields over several lines, as fields with the line each record begins on. A quote that
 * never closes would swallow the rest of the file: then only its first line is given up and reading goes on after it.
 */
import { isUtf8 } from 'node:buffer'
import { longestLineBytes, problems } from './scan-lines.ts'

export interface CsvRecord {
  readonly line: number
  readonly fields: readonly string[] | { readonly problem: string }
}

const [LF, CR, QUOTE] = [10, 13, 0x22]
const separators = [',', '\t', ';', '|'] as const
const separatorBytes = new Set(separators.map((each) => each.charCodeAt(0)))

/** The separator of a header line: whichever of `, tab ; |` it holds most of, outside quotes. */
export function separatorOf(header: string): string {
  const bare = header.replaceAll(/"(?:[^"]|"")*"/g, '')
  const count = (separator: string) => bare.split(separator).length
  return separators.reduce<string>((best, each) => (count(each) > count(best) ? each : best), ',')
}

/** Records in order, the header among them; blank lines are left out. Never throws on any bytes. */
export async function* csvRecords(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit = longestLineBytes,
): AsyncGenerator<CsvRecord, void, void> {
  let separator: string | undefined
  let line = 1

  function read(bytes: Buffer): CsvRecord | null {
    let text = bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes
    if (line === 1 && text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf) text = text.subarray(3)
    if (text.length === 0) return null
    if (text.length > limit) return { line, fields: { problem: problems.long } }
    if (text.includes(0)) return { line, fields: { problem: problems.nul } }
    if (!isUtf8(text)) return { line, fields: { problem: problems.utf8 } }
    const words = text.toString('utf8')
    separator ??= separatorOf(words)
    return { line, fields: splitFields(words, separator) }
  }

  /** Yields the whole records of `bytes`, which ends in a newline when it is the end; returns what is left. */
  function* take(bytes: Buffer, isEnd: boolean): Generator<CsvRecord, Buffer, void> {
    const recordEnd = recordEnds(bytes)
    for (let from = 0; from < bytes.length;) {
      const end = recordEnd(from)
      if (end !== null) {
        const found = read(bytes.subarray(from, end))
        if (found) yield found
        line += newlines(bytes, from, end)
        from = end + 1
        continue
      }
      if (!isEnd && bytes.length - from <= limit) return bytes.subarray(from)
      const next = bytes.indexOf(LF, from)
      if (next < 0) return bytes.subarray(from)
      yield { line, fields: { problem: 'a quote opens here and never closes' } }
      line++
      from = next + 1
    }
    return Buffer.alloc(0)
  }

  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of pieces) rest = Buffer.from(yield* take(Buffer.concat([rest, piece]), false))
  if (rest.length > 0) yield* take(Buffer.concat([rest, Buffer.of(LF)]), true)
}

/**
 * Finds, for a record that begins at `from`, the newline that ends it; null when that is not in these bytes. A quote opens a
 * field only where a field begins: the one in `5" pipe` is a letter. Places once found are kept, so that all stays linear.
 */
function recordEnds(bytes: Buffer): (from: number) => number | null {
  let nextQuote = -1
  let nextNewline = -1
  const find = (byte: number, from: number) => {
    const at = bytes.indexOf(byte, from)
    return at < 0 ? Infinity : at
  }
  return (from) => {
    for (let at = from; ;) {
      if (nextNewline < at) nextNewline = find(LF, at)
      if (nextQuote < at) nextQuote = find(QUOTE, at)
      if (nextNewline < nextQuote) return nextNewline
      if (nextQuote === Infinity) return null
      if (nextQuote !== from && !separatorBytes.has(bytes[nextQuote - 1]!)) {
        at = nextQuote + 1
        continue
      }
      let close = find(QUOTE, nextQuote + 1)
      while (close + 1 < bytes.length && bytes[close + 1] === QUOTE) close = find(QUOTE, close + 2)
      // A quote as the very last byte may be the first of a doubled one.
      if (close + 1 >= bytes.length) return null
      at = close + 1
    }
  }
}

/** Newlines among the bytes from..to, `to` included. */
function newlines(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let at = bytes.indexOf(LF, from); at >= 0 && at <= to; at = bytes.indexOf(LF, at + 1)) count++
  return count
}

function splitFields(record: string, separator: string): string[] {
  if (!record.includes('"')) return record.split(separator)
  const fields: string[] = []
  for (let at = 0; ;) {
    let field = ''
    if (record[at] === '"') {
      let close = record.indexOf('"', at + 1)
      while (record[close + 1] === '"') close = record.indexOf('"', close + 2)
      if (close < 0) close = record.length
      field = record.slice(at + 1, close).replaceAll('""', '"')
      at = Math.min(close + 1, record.length)
    }
    const end = record.indexOf(separator, at)
    field += record.slice(at, end < 0 ? undefined : end)
    fields.push(field)
    if (end < 0) return fields
    at = end + 1
  }
}
