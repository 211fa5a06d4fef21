/**
 * The contract, ready to be served: inputs are parsed by it, and whatever is thrown leaves as a `FAILURE` with facts.
 * A file of this folder is an area of the contract; its handlers are thin.
 */
import { implement, ORPCError, ValidationError } from '@orpc/server'
import { contract } from '#shared/contract/contract.ts'
import { Failure, factsOf, type FailureFacts } from '#shared/contract/failure.ts'
import type { EngineContext } from '../context.ts'

const base = implement(contract).$context<EngineContext>()

/** Turns errors into facts. Defects are logged with their stack; expected failures are not. */
const failuresAsFacts = base.middleware(async ({ context, next, path }) => {
  try {
    return await next()
  } catch (error) {
    const facts = failureOf(error, path)
    if (facts.code === 'internal') context.log.error({ err: error, procedure: path.join('.') }, 'a procedure failed')
    throw new ORPCError('FAILURE', { status: 422, message: facts.message, data: facts, defined: true, cause: error })
  }
})

export const procedures = base.use(failuresAsFacts)

/** The facts of anything a handler or the parser of its input threw. */
export function failureOf(error: unknown, path: readonly string[]): FailureFacts {
  if (error instanceof ORPCError && error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
    return invalidInput(path, error.cause.issues)
  }
  const code = (error as { code?: string } | null)?.code
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    return new Failure({
      code: 'workspace.full',
      message: 'The disk is full; nothing was stored.',
      input: path.join('.'),
      remedy: 'Free some space and try again.',
    }).facts()
  }
  return factsOf(error)
}

interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

function invalidInput(path: readonly string[], issues: readonly Issue[]): FailureFacts {
  const said = issues.slice(0, 5).map(({ path: at = [], message }) => {
    const where = at.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
    return where ? `${where}: ${message}` : message
  })
  const more = issues.length > 5 ? ` (and ${issues.length - 5} more)` : ''
  return {
    code: 'input.invalid',
    message: `The request is not of the form it must have: ${said.join('; ')}${more}`,
    input: path.join('.'),
    remedy: 'Mend the named fields and send it again.',
  }
}
