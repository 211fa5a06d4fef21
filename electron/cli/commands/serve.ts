/**
 * `serve`: the workbench in a browser, on loopback. This process holds the door open over the workspace's socket: when it ends,
 * so does the door. A killed engine is started again behind the same address, so that open pages recover.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import WebSocket from 'ws'
import * as z from 'zod'
import { FailureData } from '#shared/contract/failure-data.ts'
import { Failure } from '#shared/contract/failure.ts'
import { joinOrStart, type EngineAddress } from '../../engine/entry/join-or-start.ts'
import type { Cli, CommandRun } from '../cli.ts'
import { workspacePath } from '../places.ts'

const Said = z.union([z.object({ url: z.string(), port: z.int(), pid: z.int() }), z.object({ error: FailureData })])

interface Door {
  readonly url: string
  readonly port: number
  readonly enginePid: number
  /** Resolves when the engine is gone. */
  readonly closed: Promise<unknown>
  close(): void
}

export function addServeCommand(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description('the workbench in a browser, on this machine only')
    .option('--port <n>', 'default: a free one', Number)
    .action(cli.action((run, { port }: { port?: number }) => serve(run, port ?? 0)))
}

async function serve({ output, options, signal }: CommandRun, wantedPort: number): Promise<number> {
  if (!Number.isInteger(wantedPort) || wantedPort < 0 || wantedPort > 65_535) {
    throw new Failure({
      code: 'input.invalid',
      message: 'A port is a whole number up to 65535.',
      input: '--port',
      remedy: 'Leave it away to get a free one.',
    })
  }
  const workspace = workspacePath(options.workspace)
  const token = randomBytes(32).toString('base64url')
  let door = await openDoor(await joinOrStart(workspace), wantedPort, token)
  const { url, port } = door
  output.result(
    { url, pid: process.pid, enginePid: door.enginePid, workspace },
    () => `${url}\nServing ${workspace}; Ctrl-C ends it.`,
  )
  const stopped = once(signal, 'abort')
  while (!signal.aborted) {
    await Promise.race([door.closed, stopped])
    if (signal.aborted) break
    output.note('The engine is gone; starting it again.')
    door = await reopened(workspace, port, token, signal)
  }
  door.close()
  return 0
}

/** The port of the dead engine is free at once; the workspace when its lock is. */
async function reopened(workspace: string, port: number, token: string, signal: AbortSignal): Promise<Door> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openDoor(await joinOrStart(workspace), port, token)
    } catch (error) {
      if (attempt >= 10 || signal.aborted) throw error
      await sleep(300 * attempt)
    }
  }
}

async function openDoor(engine: EngineAddress, port: number, token: string): Promise<Door> {
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
