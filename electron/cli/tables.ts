/** Tables for people: columns as wide as their content, numbers to the right. */
export type Cell = string | number | null

/** Plain text; an empty list says so in the caller's words. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], empty: string): string {
  if (rows.length === 0) return empty
  const texts = [head, ...rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))))]
  const isNumber = head.map((_, column) => rows.every((row) => row[column] === null || typeof row[column] === 'number'))
  const widths = head.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)))
  return texts
    .map((row) =>
      row
        .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
