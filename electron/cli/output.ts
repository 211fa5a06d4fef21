/**
 * What a command says. Standard output: the one JSON document with `--json`, words otherwise. Standard error: progress (a bar on
 * a terminal, NDJSON otherwise) and errors.
 */
import { factsOf, exitCodeOf } from '#shared/contract/failure.ts'
import { progressBar, type Progress } from './progress.ts'

export interface Output {
  readonly isJson: boolean
  /** The command's result: `document` for programs, `words` for people. */
  result(document: unknown, words: () => string): void
  /** A remark for people, on standard error; silent with `--json`. */
  note(text: string): void
  progress(): Progress
}

export function createOutput(isJson: boolean): Output {
  return {
    isJson,
    result(document, words) {
      process.stdout.write(isJson ? `${JSON.stringify(document)}\n` : `${words().trimEnd()}\n`)
    },
    note(text) {
      if (!isJson) process.stderr.write(`${text}\n`)
    },
    progress: () => progressBar(process.stderr),
  }
}

/** Says what went wrong and gives the exit code (docs/commands.md). */
export function reportFailure(error: unknown, isJson: boolean): number {
  const facts = factsOf(error)
  if (isJson) process.stdout.write(`${JSON.stringify({ error: facts })}\n`)
  else {
    const where = facts.input ? `${facts.input}: ` : ''
    const remedy = facts.remedy ? `\n${facts.remedy}` : ''
    process.stderr.write(`${where}${facts.message}${remedy}\n`)
  }
  return exitCodeOf(facts.code)
}
