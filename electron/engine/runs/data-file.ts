/** Writes a run's data.jsonl: a header with the hash of the rest, then the rows in order (shared/experiment/run-folder.ts). */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import type * as z from 'zod'
import type { DataHeader, DataRow } from '#shared/experiment/run-folder.ts'
import { labRows } from '#tasks/lab/generator.ts'
import type { DataPlan, PlainRow, RowSource } from './data-plan.ts'

export interface Written {
  readonly rows: number
  /** Train rows left out because their prompt is tested or validated on. */
  readonly leakedPrompts: number
}

/**
 * No prompt that is tested on is trained or validated on: made sets are drawn around those prompts, given ones lose the rows.
 * Written beside the place and renamed: a file that is there is whole. CPU-bound: runs in a worker (data-worker.ts).
 */
export function writeRunData(path: string, plan: DataPlan): Written {
  const lines: string[] = []
  const hash = createHash('sha256')
  const held = new Set<string>()
  let leakedPrompts = 0
  for (const { split, source, benchmark, verifier } of plan) {
    const own = new Set<string>()
    for (const { prompt, trajectory, answer } of rowsOf(source, held)) {
      if (held.has(prompt)) {
        if (split !== 'test') leakedPrompts++ // a problem of two benchmarks counts for the first
        continue
      }
      if (split !== 'train') own.add(prompt)
      const row: DataRow = { split, id: lines.length, prompt, trajectory, answer, benchmark, verifier }
      const line = `${JSON.stringify(row)}\n`
      hash.update(line)
      lines.push(line)
    }
    for (const prompt of own) held.add(prompt)
  }
  const header: z.infer<typeof DataHeader> = { rows: lines.length, sha256: hash.digest('hex') }
  writeLines(path, [`${JSON.stringify(header)}\n`, ...lines])
  return { rows: lines.length, leakedPrompts }
}

function rowsOf(source: RowSource, exclude: ReadonlySet<string>): Iterable<PlainRow> {
  return 'rows' in source ? source.rows : labRows({ ...source.lab, exclude })
}

function writeLines(path: string, lines: readonly string[]): void {
  const aside = `${path}.${process.pid}.draft`
  const file = openSync(aside, 'w')
  try {
    for (let i = 0; i < lines.length; i += 2_000) writeSync(file, lines.slice(i, i + 2_000).join(''))
    fsyncSync(file)
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
  renameSync(aside, path)
}
