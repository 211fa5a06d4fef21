/**
 * Splits one big JSON array into its elements without parsing them: only quotes, escapes and brackets are followed. So an
 * element that is broken inside costs itself, an array that is cut off costs its last element, and memory holds one element.
 */
import { isUtf8 } from 'node:buffer'
import { longestLineBytes, problems } from './scan-lines.ts'

export interface JsonElement {
  /** Line of the file on which it begins, from 1. */
  readonly line: number
  /** Its text on one line, or why it cannot be one. */
  readonly text: Buffer | { readonly problem: string }
}

const [LF, TAB, CR, SPACE, QUOTE, BACKSLASH, COMMA] = [10, 9, 13, 32, 0x22, 0x5c, 0x2c]
const [OPEN, CLOSE, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** The array must begin with `[` (after blanks and a byte order mark). Never throws on any bytes. */
export async function* jsonElements(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<JsonElement, void, void> {
  let line = 1
  let begun = 0 // line on which the element began
  let depth = 0 // 1: between elements of the array
  let inString = false
  let escaped = false
  let over = false // after the closing bracket
  let junk = false // something stands after it
  let held: Uint8Array[] = []
  let heldBytes = 0
  let waiting = false // a comma asked for an element

  const hold = (bytes: Uint8Array) => {
    heldBytes += bytes.length
    // Past the limit nothing is kept, only counted.
    if (heldBytes <= longestLineBytes) held.push(bytes)
    else held = []
  }
  const finish = (): JsonElement => {
    const text = heldBytes > longestLineBytes ? { problem: problems.long } : onOneLine(Buffer.concat(held))
    held = []
    heldBytes = 0
    const element = { line: begun, text }
    begun = 0
    return element
  }

  for await (const piece of pieces) {
    let from = begun > 0 ? 0 : -1 // where the present element goes on in this piece
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!
      if (byte === LF) line++
      if (inString) {
        if (escaped) escaped = false
        else if (byte === BACKSLASH) escaped = true
        else if (byte === QUOTE) inString = false
        continue
      }
      const isBlank = byte === SPACE || byte === LF || byte === CR || byte === TAB
      if (over) {
        junk ||= !isBlank
        continue
      }
      if (depth === 0) {
        if (byte === OPEN) depth = 1
        continue
      }
      if (depth === 1 && (byte === COMMA || byte === CLOSE)) {
        if (begun > 0) {
          hold(piece.subarray(from, i))
          from = -1
          yield finish()
          waiting = byte === COMMA
        } else if (byte === COMMA || waiting) {
          yield { line, text: { problem: 'not JSON: an element is missing before this place' } }
        }
        if (byte === CLOSE) over = true
        continue
      }
      if (begun === 0 && !isBlank) {
        begun = line
        from = i
      }
      if (byte === QUOTE) inString = true
      else if (byte === OPEN || byte === OPEN_OBJECT) depth++
      else if ((byte === CLOSE || byte === CLOSE_OBJECT) && depth > 1) depth--
    }
    if (begun > 0) hold(piece.subarray(from))
  }
  if (begun > 0) yield { line: begun, text: { problem: 'the file ends in the middle of this element' } }
  else if (!over && depth > 0) yield { line, text: { problem: 'the file ends before the array does' } }
  else if (junk) yield { line, text: { problem: 'something stands after the end of the array' } }
}

function onOneLine(text: Buffer): JsonElement['text'] {
  if (text.includes(0)) return { problem: problems.nul }
  if (!isUtf8(text)) return { problem: problems.utf8 }
  if (text.includes(LF) || text.includes(CR)) {
    const copy = Buffer.from(text)
    let inString = false
    for (let i = 0; i < copy.length; i++) {
      const byte = copy[i]!
      if (inString && byte === BACKSLASH) i++
      else if (byte === QUOTE) inString = !inString
      // Between tokens a newline is a blank; inside a string it is an error and must stay one.
      else if (byte === LF || byte === CR) copy[i] = inString ? 2 : SPACE
    }
    return copy
  }
  return text.includes(0x1f) ? { problem: problems.control } : text
}
