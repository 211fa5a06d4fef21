/** Whatever a call throws, as a `Failure`: the words of the engine where it spoke, plain ones where the line broke. */
import { ORPCError } from '@orpc/client'
import { Failure, failureCodes, type FailureCode, type FailureFacts } from '#shared/contract/failure.ts'

const isCode = (code: unknown): code is FailureCode => (failureCodes as readonly unknown[]).includes(code)

function isFacts(data: unknown): data is FailureFacts {
  const facts = data as Partial<FailureFacts> | null
  return typeof facts === 'object' && facts !== null && isCode(facts.code) && typeof facts.message === 'string'
}

interface InputIssue {
  readonly message: string
  readonly path?: readonly (string | number | { readonly key: string | number })[]
}

/** A refused input names the field: oRPC carries zod's issues in the data of its BAD_REQUEST. */
function refusal(error: ORPCError<string, unknown>): Failure {
  const issues = (error.data as { issues?: readonly InputIssue[] } | undefined)?.issues ?? []
  const [first] = issues
  const path = first?.path?.map((part) => (typeof part === 'object' ? part.key : part)).join('.')
  return new Failure({
    code: 'input.invalid',
    message: first?.message ?? 'The engine refused the request.',
    ...(path && { input: path }),
    remedy: 'Change the value and try again.',
  })
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof ORPCError) {
    if (isFacts(error.data)) return new Failure(error.data, { cause: error })
    if (error.code === 'BAD_REQUEST') return refusal(error)
    const remedy = 'Copy diagnostics and report this: it is a defect of Switchpoint.'
    return new Failure({ code: 'internal', message: `${error.code}: ${error.message}`, remedy }, { cause: error })
  }
  if (error instanceof Error && error.name === 'AbortError') return engineStopped(error)
  const message = error instanceof Error ? error.message : String(error)
  return new Failure({ code: 'internal', message }, { cause: error })
}

/** `times`: engines that went under one read, which is then suspected of it. */
export const engineStopped = (cause?: unknown, times = 1): Failure =>
  new Failure(
    times > 1
      ? {
          code: 'engine.stopped',
          message: `The engine stopped ${times} times while it worked on this.`,
          remedy: 'Try again; if it happens again, copy diagnostics and report it.',
        }
      : {
          code: 'engine.stopped',
          message: 'The engine stopped before it answered.',
          remedy: 'It is being started again. What was saved is safe; repeat the last action.',
        },
    { cause },
  )

/** A failure as text to paste into a report. */
export const failureText = ({ code, message, input, remedy }: FailureFacts): string =>
  [`Switchpoint: ${message}`, input && `Input: ${input}`, remedy && `Remedy: ${remedy}`, `Code: ${code}`]
    .filter(Boolean)
    .join('\n')
