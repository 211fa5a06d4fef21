/** The fields of some parsed rows: each path with its type and an example; lists and objects are opened two levels deep. */
import type { Inspection } from '#shared/contract/datasets.ts'
import { joinPath } from '../import/field-path.ts'

export type Column = Inspection['columns'][number]
export type JsonRow = Readonly<Record<string, unknown>>

const deepest = 3
const mostColumns = 200
const exampleCharacters = 200

/**
 * In order of first appearance. A column has the type that most of its rows have (nulls do not count). A list of chat messages
 * has the type `messages`; other lists show their first entry as `.0`.
 */
export function columnsOf(rows: readonly JsonRow[]): Column[] {
  const found = new Map<string, { example: string; readonly types: Map<string, number> }>()
  const visit = (parts: readonly string[], value: unknown) => {
    const name = joinPath(parts)
    const type = typeOf(value)
    if (!found.has(name) && found.size < mostColumns) found.set(name, { example: '', types: new Map() })
    const column = found.get(name)
    if (column && type !== 'null') {
      if (column.types.size === 0) column.example = exampleOf(value)
      column.types.set(type, (column.types.get(type) ?? 0) + 1)
    }
    if (value === null || typeof value !== 'object' || parts.length >= deepest || type === 'messages') return
    if (Array.isArray(value)) {
      if (value.length > 0) visit([...parts, '0'], value[0])
    } else for (const [key, inner] of Object.entries(value)) visit([...parts, key], inner)
  }
  for (const row of rows) for (const [key, value] of Object.entries(row)) visit([key], value)
  return Array.from(found, ([name, { example, types }]) => ({ name, type: mostFrequent(types) ?? 'null', example }))
}

const mostFrequent = (types: ReadonlyMap<string, number>) => [...types].sort(([, a], [, b]) => b - a)[0]?.[0]

export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return isMessages(value) ? 'messages' : 'list'
  return typeof value === 'string' ? 'text' : typeof value === 'object' ? 'object' : typeof value
}

export const isMessages = (value: readonly unknown[]): boolean =>
  value.length > 0 &&
  value.every((entry) => typeof entry === 'object' && entry !== null && ('role' in entry || 'from' in entry))

export function exampleOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > exampleCharacters ? `${text.slice(0, exampleCharacters)}…` : text
}
