/** The contract as a typed client over the workspace's socket, for commands and tests. */
import { once } from 'node:events'
import { createORPCClient, ORPCError, type ClientContext, type ClientLink } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import WebSocket from 'ws'
import type { Contract } from '#shared/contract/contract.ts'
import { Failure, failureCodes, type FailureCode } from '#shared/contract/failure.ts'
import type { EngineAddress } from './join-or-start.ts'

export type EngineCalls = ContractRouterClient<Contract>

export interface EngineClient {
  readonly calls: EngineCalls
  /** What the calls go over. */
  readonly link: ClientLink<ClientContext>
  readonly isOpen: boolean
  /** Resolves when the line is gone, whoever closed it. */
  readonly closed: Promise<void>
  close(): void
}

/** Opens a line. Throws `engine.unreachable`. */
export async function connect({ socket: path, token }: Pick<EngineAddress, 'socket' | 'token'>): Promise<EngineClient> {
  const socket = new WebSocket(`ws+unix://${path}:/rpc`, {
    headers: { authorization: `Bearer ${token}` },
    handshakeTimeout: 10_000,
    perMessageDeflate: false,
  })
  const closed = once(socket, 'close').then(() => {})
  try {
    await once(socket, 'open')
  } catch (cause) {
    throw new Failure(
      {
        code: 'engine.unreachable',
        message: `The engine cannot be reached: ${(cause as Error).message}.`,
        input: path,
        remedy: 'Start the command again: it starts an engine where there is none.',
      },
      { cause },
    )
  }
  socket.on('error', () => {}) // `close` follows
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  return {
    calls: createORPCClient<EngineCalls>(link),
    link,
    get isOpen() {
      return socket.readyState === socket.OPEN
    },
    closed,
    close: () => socket.close(),
  }
}

/** Whatever a call threw, as a `Failure`: the engine's own words where it spoke. */
export function callFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof ORPCError && isFacts(error.data)) return new Failure(error.data, { cause: error })
  const isBroken = error instanceof Error && (error.name === 'AbortError' || /not open|closed/i.test(error.message))
  if (isBroken) {
    return new Failure(
      {
        code: 'engine.stopped',
        message: 'The engine ended before it had answered.',
        remedy: 'Start the command again; what was saved is saved.',
      },
      { cause: error },
    )
  }
  const message = error instanceof Error ? error.message : String(error)
  return new Failure(
    { code: 'internal', message, remedy: 'Report this with the output of `doctor`.' },
    { cause: error },
  )
}

function isFacts(data: unknown): data is { code: FailureCode; message: string; input?: string; remedy?: string } {
  if (typeof data !== 'object' || data === null || !('code' in data) || !('message' in data)) return false
  return (failureCodes as readonly unknown[]).includes(data.code) && typeof data.message === 'string'
}
