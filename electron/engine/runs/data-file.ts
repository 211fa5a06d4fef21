/** Writes a run's data.jsonl: a header with the hash of the rest, then the rows in order (shared/experiment/run-folder.ts). */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
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
  const aside = `${path}.${process.pid}.draft`
  try {
    const written = writeAside(aside, plan)
    renameSync(aside, path)
    return written
  } catch (error) {
    rmSync(aside, { force: true })
    throw error
  }
}

function writeAside(path: string, plan: DataPlan): Written {
  const file = openSync(path, 'w')
  try {
    const written = writeRows(linesFile(file), plan)
    fsyncSync(file)
    return written
  } finally {
    closeSync(file)
  }
}

function writeRows(lines: LinesFile, plan: DataPlan): Written {
  const hash = createHash('sha256')
  let rows = 0
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
      const row: DataRow = { split, id: rows++, prompt, trajectory, answer, benchmark, verifier }
      const line = `${JSON.stringify(row)}\n`
      hash.update(line)
      lines.add(line)
    }
    for (const prompt of own) held.add(prompt)
  }
  lines.end({ rows, sha256: hash.digest('hex') })
  return { rows, leakedPrompts }
}

function rowsOf(source: RowSource, exclude: ReadonlySet<string>): Iterable<PlainRow> {
  return 'rows' in source ? source.rows : labRows({ ...source.lab, exclude })
}

interface LinesFile {
  add(line: string): void
  /** Writes what is left, and the header into its place. */
  end(header: z.infer<typeof DataHeader>): void
}

/** Room for the header, which is known last: JSON, then spaces. */
const headerBytes = 128
const gathered = 1 << 20

/** Lines go to the disk as they come: a pool of any size never stands in memory as text. */
function linesFile(file: number): LinesFile {
  let held = ' '.repeat(headerBytes - 1) + '\n'
  const flush = () => {
    writeFileSync(file, held) // which writes all of it, or throws: `writeSync` may stop short on a full disk
    held = ''
  }
  return {
    add(line) {
      held += line
      if (held.length > gathered) flush()
    },
    end(header) {
      flush()
      writeSync(file, JSON.stringify(header), 0)
    },
  }
}
