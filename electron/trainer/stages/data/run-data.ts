/**
 * A run's data: `data.jsonl` (header with the hash of the rest, then a row a line), checked, tokenised, and its trajectories
 * judged by the task's own verifier. The header's sha256 is of every byte after the first line feed.
 */
import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { Failure } from '#shared/contract/failure.ts'
import { DataHeader, DataRow } from '#shared/experiment/run-folder.ts'
import type { TextTask } from '#shared/experiment/task-names.ts'
import type { Task } from '#tasks/task.ts'

/** A row as a stage uses it. */
export interface TokenRow {
  readonly id: number
  readonly prompt: string
  readonly answer: string
  readonly trajectory: string
  readonly promptTokens: Int32Array
  /** The trajectory with its stop token; empty when the row has none. */
  readonly responseTokens: Int32Array
  /** Of test rows of several benchmarks. */
  readonly benchmark?: string
  /** Judged by this verifier in place of the task's. */
  readonly verifier?: TextTask
}

export interface RunData {
  readonly train: readonly TokenRow[]
  readonly validation: readonly TokenRow[]
  readonly test: readonly TokenRow[]
  /** What was left out or is worth knowing, in words. */
  readonly remarks: readonly string[]
}

/**
 * What a stage asks of its training rows' trajectories: nothing; documents as they are; expert answers, of which wrong ones are
 * counted (`imitated`) or left out (`verified`).
 */
export type TrajectoryUse = 'none' | 'documents' | 'imitated' | 'verified'

/**
 * Reads and checks `path`. Throws `file.missing`, `file.unreadable` (not what its header says), `input.invalid` (a line that is
 * no row, named by its number) or `input.empty` (no training row is left).
 */
export async function readRunData(
  path: string,
  task: Task,
  use: TrajectoryUse,
  testPromptTokens = task.maxPromptTokens,
): Promise<RunData> {
  const rows = readRows(path)
  const remarks: string[] = []
  const split = (name: DataRow['split']) => rows.filter((row) => row.split === name)
  const trains = tokenised(
    split('train'),
    task,
    use === 'documents' ? 'document' : use === 'none' ? null : 'answer',
    'training',
    remarks,
  )
  const train = use === 'imitated' || use === 'verified' ? await judged(trains, task, use, remarks) : trains
  if (train.length === 0)
    throw new Failure({
      code: 'input.empty',
      message: `No training row is left of ${split('train').length}. ${remarks.join(' ')}`.trim(),
      input: path,
      remedy: 'Choose a subset with rows that fit the task and, where experts are imitated, with right trajectories.',
    })
  return {
    train,
    validation: tokenised(split('validation'), task, 'answer', 'validation', remarks),
    test: tokenised(split('test'), { ...task, maxPromptTokens: testPromptTokens }, null, 'test', remarks),
    remarks,
  }
}

function readRows(path: string): DataRow[] {
  if (!existsSync(path))
    throw new Failure({
      code: 'file.missing',
      message: 'The run has no data file.',
      input: path,
      remedy: 'Start the run again: the engine writes it before the trainer starts.',
    })
  const lines = linesOf(path)
  const header = DataHeader.safeParse(parsed(lines.next().value?.toString('utf8') ?? ''))
  if (!header.success) throw unreadable(path, 'its first line is no header with the number of rows and their sha256')
  const hash = createHash('sha256')
  const rows: DataRow[] = []
  let broken: Failure | undefined
  for (const line of lines) {
    hash.update(line)
    if (broken) continue
    const row = DataRow.safeParse(parsed(line.toString('utf8')))
    if (row.success) rows.push(row.data)
    else broken = noRow(`${path}:${rows.length + 2}`, row.error.issues[0])
  }
  // A file that is not the one that was written is that first of all.
  if (hash.digest('hex') !== header.data.sha256)
    throw unreadable(path, 'its content is not what was written (sha256 differs)')
  if (broken) throw broken
  if (rows.length !== header.data.rows)
    throw unreadable(path, `it has ${rows.length} rows, its header says ${header.data.rows}`)
  return rows
}

const noRow = (place: string, issue: { path: PropertyKey[]; message: string } | undefined) =>
  new Failure({
    code: 'input.invalid',
    message: `A row is not one: field "${issue?.path.join('.') ?? ''}", ${issue?.message ?? 'unknown'}.`,
    input: place,
    remedy: 'Start the run again: the engine writes this file.',
  })

const pieceBytes = 1 << 22

/** Lines with their line feed, a piece of the file at a time: neither its bytes nor its text stand in memory whole. */
function* linesOf(path: string): Generator<Buffer, undefined> {
  const file = openSync(path, 'r')
  try {
    let held = Buffer.alloc(0)
    for (;;) {
      const piece = Buffer.alloc(pieceBytes)
      const got = readSync(file, piece)
      if (got === 0) break
      const bytes = Buffer.concat([held, piece.subarray(0, got)])
      let from = 0
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        yield bytes.subarray(from, end + 1)
        from = end + 1
      }
      held = bytes.subarray(from)
    }
    if (held.length > 0) yield held
  } finally {
    closeSync(file)
  }
}

/**
 * Rows as tokens; those that do not fit the task's lengths (or lack a needed trajectory) are left out and counted. `response`: what the
 * trajectory is: an answer, which ends once, at its end; a document; or nothing that is needed (null).
 */
function tokenised(
  rows: readonly DataRow[],
  task: Task,
  response: 'answer' | 'document' | null,
  what: string,
  remarks: string[],
): TokenRow[] {
  const { tokenizer, maxPromptTokens, maxResponseTokens } = task
  const out: TokenRow[] = []
  let tooLong = 0
  let bare = 0
  let forbidden = 0
  let ended = 0
  const ends = new Set(tokenizer.stops)
  const never = new Set(tokenizer.forbiddenInSampling)
  for (const { id, prompt, answer, trajectory, benchmark, verifier } of rows) {
    const promptTokens = tokenizer.encode(task.promptText(prompt))
    const responseTokens = response ? withStop(tokenizer.encode(trajectory), tokenizer.stop) : new Int32Array(0)
    if (response && trajectory.trim() === '') bare++
    else if (response === 'answer' && responseTokens.subarray(0, -1).some((token) => ends.has(token))) ended++
    else if (responseTokens.some((token) => never.has(token))) forbidden++
    else if (promptTokens.length > maxPromptTokens || responseTokens.length > maxResponseTokens) tooLong++
    else out.push({ id, prompt, answer, trajectory, promptTokens, responseTokens, benchmark, verifier })
  }
  const share = (n: number) => `${n} of ${rows.length} ${what} rows`
  if (forbidden > 0)
    remarks.push(`${share(forbidden)} were left out: their trajectory holds a token that must never be written.`)
  if (ended > 0) remarks.push(`${share(ended)} were left out: their trajectory goes on after a token that ends it.`)
  if (tooLong > 0)
    remarks.push(
      `${share(tooLong)} were left out: longer than ${maxPromptTokens} prompt or ${maxResponseTokens} response tokens.`,
    )
  if (bare > 0) remarks.push(`${share(bare)} were left out: they have no trajectory.`)
  return out
}

/** Trajectories judged at a time: a slow verifier has threads of its own. */
const judgedAtATime = 256

async function judged(rows: readonly TokenRow[], task: Task, use: 'imitated' | 'verified', remarks: string[]) {
  const right: TokenRow[] = []
  for (let from = 0; from < rows.length; from += judgedAtATime) {
    const part = rows.slice(from, from + judgedAtATime)
    const verdicts = await Promise.all(part.map((row) => task.verify(row, row.trajectory)))
    right.push(...part.filter((_, i) => verdicts[i]!.correct))
  }
  const wrong = rows.length - right.length
  if (wrong === 0) return rows
  const what = `${wrong} of ${rows.length} trajectories end in a wrong answer`
  if (use === 'verified') {
    remarks.push(`${what}: left out, for a wrong demonstration would be pushed down or imitated.`)
    return right
  }
  remarks.push(`${what}: kept, for this stage imitates what its data holds.`)
  return rows
}

function withStop(tokens: Int32Array, stop: number): Int32Array {
  if (tokens.at(-1) === stop) return tokens
  const out = new Int32Array(tokens.length + 1)
  out.set(tokens)
  out[tokens.length] = stop
  return out
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const unreadable = (path: string, what: string) =>
  new Failure({
    code: 'file.unreadable',
    message: `The data file is damaged: ${what}.`,
    input: path,
    remedy: 'Start the run again: the engine writes it anew.',
  })
