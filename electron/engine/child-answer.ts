/** A program of the trainer's room, run to its end: it answers in one line of JSON, what it was asked for or {error}. */
import { execFile, type ExecFileOptions } from 'node:child_process'
import * as z from 'zod'
import { FailureData } from '#shared/contract/failure-data.ts'
import { Failure } from '#shared/contract/failure.ts'

const Refusal = z.object({ error: FailureData })
const mostBytes = 1_000_000

export interface ChildQuestion<T> {
  /** The program and its arguments. */
  readonly words: readonly string[]
  readonly answer: z.ZodType<T>
  readonly options?: Pick<ExecFileOptions, 'timeout' | 'signal'>
  /** The failure of a child that said neither; `said`: its last words, or why it could not be run. */
  unexplained(said: string, cause: Error | null): Failure
}

/** Throws what the child refuses, and `unexplained`. */
export function childAnswer<T>({ words, answer, options, unexplained }: ChildQuestion<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, { ...options, maxBuffer: mostBytes }, (error, stdout, stderr) => {
      const said = lastJson(stdout) ?? lastJson(stderr)
      const found = answer.safeParse(said)
      if (found.success) return resolve(found.data)
      const refusal = Refusal.safeParse(said)
      if (refusal.success) return reject(new Failure(refusal.data.error))
      const lastWords = stderr.trim().split('\n').slice(-3).join(' ').slice(0, 500)
      reject(unexplained(lastWords || error?.message || 'it said nothing', error))
    })
  })
}

function lastJson(text: string): unknown {
  const line = text
    .trim()
    .split('\n')
    .findLast((each) => each.startsWith('{'))
  try {
    return line === undefined ? undefined : JSON.parse(line)
  } catch {
    return undefined
  }
}
