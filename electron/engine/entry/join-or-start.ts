/**
 * The way to a workspace's engine: join the one that lives, or start one. Race-safe: whoever loses the race for the store finds
 * the winner through its lock file.
 */
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { FailureData } from '#shared/contract/failure-data.ts'
import { Failure } from '#shared/contract/failure.ts'
import { programFolder } from '../version.ts'
import { openFolder } from '../workspace/folder.ts'
import { handshake } from '../workspace/handshake.ts'
import { readLock } from '../workspace/lock.ts'

export interface EngineAddress {
  readonly workspace: string
  readonly socket: string
  readonly token: string
  readonly pid: number
  /** This call started it. */
  readonly started: boolean
}

export interface StartOptions {
  /** How long an engine stays when nobody needs it. */
  readonly lingerMs?: number
}

const patienceMs = 30_000

const Said = z.union([
  z.object({ ready: z.object({ pid: z.int(), socket: z.string(), token: z.string(), workspace: z.string() }) }),
  z.object({ error: FailureData }),
])

/** The engine of a workspace that lives now; null when there is none. Makes nothing. */
export async function joinEngine(workspace: string): Promise<EngineAddress | null> {
  const lock = readLock(join(workspace, 'workspace.lock'))
  const health = lock && (await handshake(lock, workspace))
  return lock && health
    ? { workspace: health.workspace, socket: lock.socket, token: lock.token, pid: lock.pid, started: false }
    : null
}

/**
 * Joins or starts the engine of a workspace; makes the workspace where there is none.
 * Throws what starting an engine throws (`workspace.from_future`, `workspace.corrupt`, ...); `engine.unreachable` when one
 * holds the workspace and does not answer.
 */
export async function joinOrStart(path: string, options: StartOptions = {}): Promise<EngineAddress> {
  const workspace = openFolder(path)
  const deadline = Date.now() + patienceMs
  for (;;) {
    const living = await joinEngine(workspace.path)
    if (living) return living
    const said = await startEngineProcess(workspace.path, workspace.logs, options)
    if ('ready' in said) return { ...said.ready, started: true }
    if (said.error.code !== 'workspace.locked') throw new Failure(said.error)
    // Another one is just starting, or just ending.
    if (Date.now() > deadline) {
      throw new Failure({
        code: 'engine.unreachable',
        message: 'An engine holds this workspace and does not answer.',
        input: workspace.path,
        remedy: 'End its process (its pid stands in workspace.lock) and try again; no data is lost.',
      })
    }
    await sleep(200)
  }
}

/** Starts an engine that outlives this process; resolves with its first words. */
function startEngineProcess(
  workspace: string,
  logs: string,
  { lingerMs }: StartOptions,
): Promise<z.infer<typeof Said>> {
  mkdirSync(logs, { recursive: true })
  const output = openSync(join(logs, 'engine.out'), 'a')
  const linger = lingerMs === undefined ? [] : ['--linger', String(lingerMs)]
  const child = spawn(
    process.execPath,
    [join(programFolder, 'electron', 'engine', 'main.ts'), '--workspace', workspace, ...linger],
    {
      detached: true,
      cwd: programFolder,
      stdio: ['ignore', output, output, 'pipe'],
      env: { ...process.env, SWITCHPOINT_STARTER: '1' },
    },
  )
  closeSync(output)
  child.unref()
  return new Promise((resolve, reject) => {
    const line = child.stdio[3] as NodeJS.ReadableStream & { unref?(): void }
    let text = ''
    const silent = (why: string) =>
      new Failure({
        code: 'engine.unreachable',
        message: `The engine did not start: ${why}.`,
        input: workspace,
        remedy: `Read ${join(logs, 'engine.out')}.`,
      })
    const late = setTimeout(() => reject(silent(`it said nothing for ${patienceMs / 1000} s`)), patienceMs)
    const settle = (then: () => void) => {
      clearTimeout(late)
      line.unref?.()
      then()
    }
    line.on('data', (chunk: Buffer) => (text += String(chunk)))
    line.on('error', () => {})
    line.on('end', () =>
      settle(() => {
        const said = Said.safeParse(parsed(text))
        if (said.success) resolve(said.data)
        else reject(silent('it ended before it was ready'))
      }),
    )
    child.on('error', (cause) => settle(() => reject(silent(cause.message))))
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
