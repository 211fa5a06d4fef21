/** Where a workspace's engine is, as `engine ensure --json` says it. */
import { Failure, type FailureFacts } from '#shared/contract/failure.ts'

export interface EngineAddress {
  /** Absolute path; the starter chooses one when none was named. */
  readonly workspace: string
  readonly socket: string
  readonly token: string
}

/** Reads the starter's one document. Throws the failure it names, or one that says what came instead. */
export function readAddress(stdout: string, exitCode: number | null, stderr: string): EngineAddress {
  const document = parse(stdout)
  if (document?.error && typeof document.error.message === 'string') {
    const { code, message, input, remedy } = document.error
    throw new Failure({ code: code ?? 'internal', message, ...(input && { input }), ...(remedy && { remedy }) })
  }
  const { workspace, socket, token } = document ?? {}
  if (exitCode === 0 && isText(workspace) && isText(socket) && isText(token)) return { workspace, socket, token }
  throw new Failure({
    code: 'engine.unreachable',
    message: `The engine could not be started (its starter ended with code ${exitCode ?? 'none'}).`,
    input: lastLines(stderr || stdout),
    remedy: 'Run `npm start -- doctor` in a terminal: it says what is missing.',
  })
}

type Document = Partial<Record<keyof EngineAddress, unknown>> & { error?: Partial<FailureFacts> }
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

function parse(text: string): Document | null {
  try {
    return JSON.parse(text) as Document | null
  } catch {
    return null
  }
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-12).join('\n').slice(-2000)
