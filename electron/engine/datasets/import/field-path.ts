/**
 * Names of fields inside a row: `answer`, `reward_model.ground_truth`, `generated.0` (first entry of a list). A dot that
 * belongs to a name is written `\.`.
 */
const escapable = /[.\\]/g

export const joinPath = (parts: readonly string[]): string =>
  parts.map((part) => part.replaceAll(escapable, '\\$&')).join('.')

export function pathParts(path: string): string[] {
  const parts: string[] = []
  let part = ''
  for (let i = 0; i < path.length; i++) {
    if (path[i] === '\\' && i + 1 < path.length) part += path[++i]
    else if (path[i] === '.') {
      parts.push(part)
      part = ''
    } else part += path[i]
  }
  return [...parts, part]
}

/** RFC 6901: `/reward_model/ground_truth`, `/generated/0`. A number is an index in a list and a name in an object. */
export const jsonPointer = (path: string): string =>
  pathParts(path)
    .map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('')

/** What stands at a path in a parsed row; undefined where there is nothing. */
export function valueAt(row: unknown, path: string): unknown {
  let value = row
  for (const part of pathParts(path)) {
    if (value === null || typeof value !== 'object') return undefined
    value = Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : undefined
  }
  return value
}
