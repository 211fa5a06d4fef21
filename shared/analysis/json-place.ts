/** Where in a JSON text a field stands, so that an error about a field can name its line. */

type Path = readonly PropertyKey[]

/** Line (from 1) of the value at `path` in a valid JSON text; of the nearest parent that exists if the field is missing. */
export function lineOfPath(text: string, path: Path): number {
  const reached = find(text, path)
  return text.slice(0, reached).split('\n').length
}

const lineOfOffset = (text: string, offset: number): number => text.slice(0, offset).split('\n').length

/**
 * Line of the first character that is no JSON. The parser does not always say where it stopped, so the shortest beginning that
 * is wrong, and not merely incomplete, is searched by halves.
 */
export function lineOfSyntaxError(text: string): number {
  let [good, bad] = [0, text.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (couldGoOn(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return lineOfOffset(text, good)
}

function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning)
    return true
  } catch (error) {
    const reason = String(error)
    const stoppedAt = /at position (\d+)/.exec(reason)
    return /end of JSON input|Unterminated string/.test(reason) || Number(stoppedAt?.[1] ?? -1) === beginning.length
  }
}

/** `curves[3].points[0].overall` */
export const fieldName = (path: Path): string =>
  path.reduce<string>(
    (name, part) =>
      typeof part === 'number' ? `${name}[${part}]` : name === '' ? String(part) : `${name}.${String(part)}`,
    '',
  )

/** Offset of the value at `path`, or of the last parent found. */
function find(text: string, path: Path): number {
  let at = skipSpace(text, 0)
  for (const part of path) {
    const next = text[at] === '[' ? element(text, at, part) : text[at] === '{' ? member(text, at, part) : null
    if (next === null) return at
    at = next
  }
  return at
}

function element(text: string, open: number, index: PropertyKey): number | null {
  let at = skipSpace(text, open + 1)
  for (let i = 0; text[at] !== ']' && at < text.length; i++) {
    if (i === index) return at
    at = skipSpace(text, skipValue(text, at))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return null
}

function member(text: string, open: number, key: PropertyKey): number | null {
  let at = skipSpace(text, open + 1)
  while (text[at] === '"') {
    const end = skipString(text, at)
    const name: unknown = JSON.parse(text.slice(at, end))
    at = skipSpace(text, skipSpace(text, end) + 1)
    if (name === key) return at
    at = skipSpace(text, skipValue(text, at))
    if (text[at] === ',') at = skipSpace(text, at + 1)
  }
  return null
}

function skipSpace(text: string, at: number): number {
  while (/\s/.test(text[at] ?? '')) at++
  return at
}

function skipString(text: string, at: number): number {
  for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++
  return at + 1
}

function skipValue(text: string, at: number): number {
  if (text[at] === '"') return skipString(text, at)
  let depth = 0
  for (; at < text.length; at++) {
    const c = text[at]!
    if (c === '"') at = skipString(text, at) - 1
    else if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') {
      if (depth === 0) return at
      depth--
      if (depth === 0) return at + 1
    } else if (depth === 0 && (c === ',' || c === '\n')) return at
  }
  return at
}
