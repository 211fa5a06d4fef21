/** A benchmark's public file, read by its descriptor: question and answer of each row, whatever its fields are called. */
import { ColumnMapping } from '#shared/contract/datasets.ts'
import type { Benchmark } from '#tasks/benchmarks/benchmarks.ts'
import type { Duck } from '../duck.ts'
import { preparedRows, type NumberedRow, type Prepared } from '../files/prepare.ts'
import { mark } from '../files/scan-lines.ts'

/** Of the rows as `readAsBenchmark` writes them. */
export const benchmarkMapping = ColumnMapping.parse({ prompt: 'prompt', answer: 'answer' })

/** The same rows as `{prompt, answer}`, under their own line numbers; those without an answer carry the reason. */
export async function readAsBenchmark(
  duck: Duck,
  found: Prepared,
  benchmark: Benchmark,
  folder: string,
  signal?: AbortSignal,
): Promise<Prepared> {
  const rows = async function* (): AsyncGenerator<NumberedRow, void, void> {
    let at = 0
    for await (const part of duck.stream<{ line: number | bigint | null; t: string | null }>(found.sql, { signal }))
      for (const { line, t } of part) {
        at++
        yield { line: line === null ? at : Number(line), text: asRead(t, benchmark) }
      }
  }
  return { ...found, ...(await preparedRows(rows(), folder, 'benchmark.jsonl')) }
}

function asRead(text: string | null, { title, read }: Benchmark): string {
  if (text === null) return `${mark}empty line`
  if (text.startsWith(mark)) return text
  let row: unknown
  try {
    row = JSON.parse(text)
  } catch {
    return text // which the import refuses in its own words
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return text
  const problem = read(row as Record<string, unknown>)
  return problem ? JSON.stringify(problem) : `${mark}no question with an answer, as ${title} has them`
}
