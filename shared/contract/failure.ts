/**
 * Errors as facts. Code throws a `Failure` with a code from a closed list and the facts around it; the words a person
 * reads are made here, in one place, so that every error names the input, what happened, and the remedy.
 */
export const failureCodes = [
  'input.invalid', // a request, a spec or a file does not have the form it must have
  'input.empty', // nothing usable is left
  'file.missing',
  'file.unreadable',
  'dataset.not_found',
  'dataset.column_missing',
  'subset.not_found',
  'subset.too_few_rows',
  'run.not_found',
  'run.wrong_state',
  'run.diverged',
  'run.crashed',
  'run.out_of_memory',
  'checkpoint.missing',
  'checkpoint.corrupt',
  'checkpoint.incompatible',
  'study.not_found',
  'workspace.locked',
  'workspace.from_future',
  'workspace.corrupt',
  'workspace.full',
  'backend.missing',
  'engine.unreachable',
  'engine.stopped',
  'request.unauthorised',
  'cancelled',
  'internal',
] as const

export type FailureCode = (typeof failureCodes)[number]

/** What every error looks like on the wire, on stdout with `--json`, and in the window. */
export interface FailureFacts {
  readonly code: FailureCode
  /** What happened, in one sentence. */
  readonly message: string
  /** Which input it happened to, as precisely as known: `train.jsonl:1204, field "solution"`, `run r_12`. */
  readonly input?: string
  /** What the reader can do about it. */
  readonly remedy?: string
}

export class Failure extends Error {
  readonly code: FailureCode
  readonly input: string | undefined
  readonly remedy: string | undefined

  constructor(facts: FailureFacts, options?: { cause?: unknown }) {
    super(facts.message, options)
    this.name = 'Failure'
    this.code = facts.code
    this.input = facts.input
    this.remedy = facts.remedy
  }

  facts(): FailureFacts {
    const { code, message, input, remedy } = this
    return { code, message, ...(input !== undefined && { input }), ...(remedy !== undefined && { remedy }) }
  }
}

/** The facts of anything thrown: a `Failure` says them itself, everything else is `internal`. */
export function factsOf(error: unknown): FailureFacts {
  if (error instanceof Failure) return error.facts()
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, remedy: 'Copy diagnostics and report this: it is a defect of Switchpoint.' }
}

/** Process exit codes of the command line (docs/commands.md). */
export const exitCodeOf = (code: FailureCode): number => {
  if (code === 'cancelled') return 130
  if (code === 'backend.missing') return 4
  const badInput: readonly FailureCode[] = [
    'input.invalid',
    'input.empty',
    'file.missing',
    'file.unreadable',
    'dataset.not_found',
    'dataset.column_missing',
    'subset.not_found',
    'subset.too_few_rows',
    'run.not_found',
    'checkpoint.missing',
    'study.not_found',
  ]
  return badInput.includes(code) ? 3 : 1
}
