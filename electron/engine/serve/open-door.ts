/** Opens the TCP door of a workspace's engine and holds it: it is open for as long as the one who asked keeps the line. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import WebSocket from 'ws'
import * as z from 'zod'
import { FailureData } from '#shared/contract/failure-data.ts'
import { Failure } from '#shared/contract/failure.ts'
import type { EngineAddress } from '../entry/join-or-start.ts'

const Said = z.union([z.object({ url: z.string(), port: z.int(), pid: z.int() }), z.object({ error: FailureData })])

export interface HeldDoor {
  /** With the token in its fragment: whoever has it has the workspace. */
  readonly url: string
  readonly port: number
  readonly enginePid: number
  /** Resolves when the engine is gone. */
  readonly closed: Promise<unknown>
  close(): void
}

export const newPageToken = (): string => randomBytes(32).toString('base64url')

/** `port` 0: a free one. Throws what the engine answers (`input.invalid` where the port is taken), `engine.stopped` where it ends. */
export async function openDoor(engine: EngineAddress, port: number, token: string): Promise<HeldDoor> {
  const query = new URLSearchParams({ port: String(port), token })
  const socket = new WebSocket(`ws+unix://${engine.socket}:/serve?${query}`, {
    headers: { authorization: `Bearer ${engine.token}` },
  })
  const closed = once(socket, 'close')
  const [message] = (await Promise.race([once(socket, 'message'), closed.then(() => [])]).catch(() => [])) as unknown[]
  socket.on('error', () => {})
  const said = Said.safeParse(message === undefined ? undefined : JSON.parse(String(message)))
  if (said.success && 'url' in said.data) {
    const { url, port: actual, pid } = said.data
    return { url, port: actual, enginePid: pid, closed, close: () => socket.close() }
  }
  socket.terminate()
  if (said.success && 'error' in said.data) throw new Failure(said.data.error)
  throw new Failure({
    code: 'engine.stopped',
    message: 'The engine ended before it listened.',
    input: engine.workspace,
    remedy: 'Try again.',
  })
}
