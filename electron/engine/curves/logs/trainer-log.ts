/** What every reader of a trainer's log gives: numbers by step, as the trainer names them. */

export interface LogRow {
  readonly step: number
  readonly values: Readonly<Record<string, number>>
}

export interface BadLine {
  readonly line: number
  readonly reason: string
}

export interface TrainerLog {
  /** Which trainer wrote it, in words. */
  readonly format: string
  /** In the order of the file; a step may come again, later values win. */
  readonly rows: readonly LogRow[]
  readonly badLines: readonly BadLine[]
  /** FLOPs that the log counts in all; null where it counts none. */
  readonly totalFlops: number | null
}

/** The finite numbers among the fields of a record; texts, lists and NaN are no points. */
export function numbersOf(record: Readonly<Record<string, unknown>>): Record<string, number> {
  const numbers: Record<string, number> = {}
  for (const [key, value] of Object.entries(record))
    if (typeof value === 'number' && Number.isFinite(value)) numbers[key] = value
  return numbers
}

/** Python writes NaN and Infinity, which are no JSON: read as null. Throws what JSON.parse throws. */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // Outside strings a bare word of these can only be a value.
    const mended = text.replace(/("(?:[^"\\]|\\.)*")|-?\b(?:NaN|Infinity)\b/g, (_, quoted?: string) => quoted ?? 'null')
    if (mended === text) throw error
    return JSON.parse(mended)
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
