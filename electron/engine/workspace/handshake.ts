/** Asks whether the engine that a lock file names is there, and is the one it names. */
import { realpathSync } from 'node:fs'
import { request } from 'node:http'
import * as z from 'zod'
import type { LockFile } from './lock.ts'

export const Health = z.object({
  app: z.literal('switchpoint'),
  pid: z.int(),
  startedAt: z.number(),
  workspace: z.string(),
  version: z.string(),
})
export type Health = z.infer<typeof Health>

/**
 * What the engine of `workspace` says of itself; null where none answers in time, or another one does: a workspace that was
 * copied while it was open has brought along the lock of the original's engine.
 */
export async function handshake(
  lock: Pick<LockFile, 'socket' | 'token' | 'pid' | 'startedAt'>,
  workspace: string,
  timeoutMs = 2_000,
): Promise<Health | null> {
  const text = await get(lock.socket, lock.token, timeoutMs)
  if (text === null) return null
  try {
    const health = Health.parse(JSON.parse(text))
    const isNamed = health.pid === lock.pid && health.startedAt === lock.startedAt
    return isNamed && realpathSync(health.workspace) === realpathSync(workspace) ? health : null
  } catch {
    return null
  }
}

function get(socketPath: string, token: string, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const asked = request(
      {
        socketPath,
        path: '/health',
        headers: { authorization: `Bearer ${token}`, host: 'engine' },
        timeout: timeoutMs,
        agent: false,
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk.slice(0, 10_000)))
        response.on('end', () => resolve(response.statusCode === 200 ? text : null))
        response.on('error', () => resolve(null))
      },
    )
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(null))
    asked.on('close', () => resolve(null))
    asked.end()
  })
}
