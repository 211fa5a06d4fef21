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
  const lines = linesFile(path)
  try {
    return writeRows(lines, plan)
  } catch (error) {
    lines.drop()
    throw error
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
  lines.settle({ rows, sha256: hash.digest('hex') })
  return { rows, leakedPrompts }
}

function rowsOf(source: RowSource, exclude: ReadonlySet<string>): Iterable<PlainRow> {
  return 'rows' in source ? source.rows : labRows({ ...source.lab, exclude })
}

interface LinesFile {
  add(line: string): void
  /** Writes the header and puts the file in its place. */
  settle(header: z.infer<typeof DataHeader>): void
  drop(): void
}

/** Room for the header, which is known last: JSON, then spaces. */
const headerBytes = 128
const gathered = 1 << 20

/** Lines go to the disk as they come: a pool of any size never stands in memory as text. */
function linesFile(path: string): LinesFile {
  const aside = `${path}.${process.pid}.draft`
  const file = openSync(aside, 'w')
  let held = ' '.repeat(headerBytes - 1) + '\n'
  const flush = () => {
    writeSync(file, held)
    held = ''
  }
  return {
    add(line) {
      held += line
      if (held.length > gathered) flush()
    },
    settle(header) {
      flush()
      writeSync(file, JSON.stringify(header), 0)
      fsyncSync(file)
      closeSync(file)
      renameSync(aside, path)
    },
    drop() {
      closeSync(file)
      rmSync(aside, { force: true })
    },
  }
}
