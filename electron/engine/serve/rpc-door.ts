/**
 * oRPC over WebSocket. Each socket is one client; the engine lives while there is one. A message above the limit, or one
 * that is no message at all, costs its sender the connection and nobody else anything. A peer that does not read is dropped
 * before it fills the engine's memory (oRPC has no back-pressure).
 */
import { RPCHandler } from '@orpc/server/ws'
import type { Router } from '@orpc/server'
import type { StandardHandleResult } from '@orpc/server/standard'
import type { WebSocket } from 'ws'
import type { Contract } from '#shared/contract/contract.ts'
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { EngineContext } from '../context.ts'
import { isFrame } from './frame.ts'

/** Largest message in: uploads come in pieces below this (bytes). */
export const mostMessageBytes = 16 * 1024 * 1024
/** Unsent bytes at which a client counts as not reading. */
const mostBufferedBytes = 64 * 1024 * 1024
const checkEveryMs = 1_000

type Handled = StandardHandleResult

export interface RpcDoor {
  accept(socket: WebSocket): void
  readonly clients: number
  /** When each of them came (ms). */
  readonly since: readonly number[]
  close(): void
}

export function createRpcDoor(
  router: Router<Contract, EngineContext>,
  context: EngineContext,
  changed: () => void,
): RpcDoor {
  const handler = new RPCHandler(router, { rootInterceptors: [unknownAsFailure] })
  const open = new Map<WebSocket, number>()
  const check = setInterval(() => {
    for (const socket of open.keys()) {
      if (socket.bufferedAmount <= mostBufferedBytes) continue
      context.log.warn({ bufferedBytes: socket.bufferedAmount }, 'a client does not read: dropped')
      socket.terminate()
    }
  }, checkEveryMs).unref()

  return {
    accept(socket) {
      open.set(socket, Date.now())
      socket.on('error', (error) => context.log.warn({ err: error }, 'a client broke the protocol'))
      socket.on('close', () => {
        open.delete(socket)
        changed()
      })
      void handler.upgrade(guarded(socket, context), { context })
      changed()
    },
    get clients() {
      return open.size
    },
    get since() {
      return [...open.values()]
    },
    close() {
      clearInterval(check)
      for (const socket of open.keys()) socket.close(1001, 'engine ends')
    },
  }
}

/** A procedure that the contract does not have is refused like any other request that is wrong: with facts. */
async function unknownAsFailure(call: {
  readonly request: { readonly url: URL }
  next(): Promise<Handled>
}): Promise<Handled> {
  const handled = await call.next()
  if (handled.matched) return handled
  const data: FailureFacts = {
    code: 'input.invalid',
    message: 'There is no such procedure in the contract.',
    input: call.request.url.pathname.slice(0, 200),
    remedy: 'Program and engine may be of different versions: restart both.',
  }
  const body = { json: { defined: true, code: 'FAILURE', status: 422, message: data.message, data }, meta: [] }
  return { matched: true, response: { status: 422, headers: {}, body } }
}

/** What oRPC sees of a socket: messages that are some, and a `send` that forgives a peer who has gone meanwhile. */
function guarded(socket: WebSocket, context: EngineContext): Pick<WebSocket, 'addEventListener' | 'send'> {
  const send = (data: Parameters<WebSocket['send']>[0]) => {
    if (socket.readyState === socket.OPEN) socket.send(data)
  }
  const addEventListener = (type: string, listener: (event: { data?: unknown }) => unknown) => {
    if (type === 'close') socket.on('close', () => void listener({}))
    if (type !== 'message') return
    socket.on('message', (raw, isBinary) => {
      const data = isBinary ? (raw as Buffer) : String(raw)
      if (isFrame(data)) return void listener({ data })
      context.log.warn({ bytes: data.length }, 'a client sent what is no message')
      socket.close(1007, 'not a message')
    })
  }
  return { send, addEventListener } as unknown as Pick<WebSocket, 'addEventListener' | 'send'>
}
