/** The programs under test as a user starts them: the command line, and the engine a workspace's lock names. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export const repository = join(import.meta.dirname, '..')
const cli = join(repository, 'electron', 'cli', 'main.ts')

export function required(name: 'SWITCHPOINT_NODE' | 'SWITCHPOINT_ELECTRON' | 'SWITCHPOINT_CHROMIUM'): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set. Run the tests with \`npm run e2e\`, which provides it.`)
  return value
}

export interface Place {
  readonly workspace: string
  /** The user's data folder: recent workspaces. */
  readonly home: string
  readonly lingerMs?: number | null
}

export const environment = ({ home, lingerMs }: Place): Record<string, string> => ({
  ...(process.env as Record<string, string>),
  SWITCHPOINT_HOME: home,
  INIT_CWD: home,
  ...(lingerMs && { SWITCHPOINT_LINGER_MS: String(lingerMs) }),
})

export interface Answer {
  readonly code: number
  readonly document: unknown
  readonly stderr: string
}

/** `npm start --silent -- WORDS --json`, without the set-up. */
export function command(place: Place, words: readonly string[], { timeoutMs = 120_000 } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const args = [cli, ...words, '--json', '--workspace', place.workspace]
    const options = { env: environment(place), timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024 }
    execFile(required('SWITCHPOINT_NODE'), args, options, (error, stdout, stderr) => {
      const code = error ? Number(error.code ?? 1) : 0
      try {
        resolve({ code, document: JSON.parse(stdout), stderr })
      } catch {
        reject(
          new Error(
            `${words.join(' ')} printed no document (code ${code}).\n${stdout.slice(-2000)}\n${stderr.slice(-4000)}`,
          ),
        )
      }
    })
  })
}

export interface ShownRun {
  readonly trainerPid: number | null
  readonly state: string
  readonly step: number
}

export const showRun = async (place: Place, id: string): Promise<ShownRun> =>
  (await command(place, ['run', 'show', id])).document as ShownRun

/** The first JSON document that a command which stays prints, and the process. */
export function lasting(place: Place, words: readonly string[]): Promise<{ child: ChildProcess; document: unknown }> {
  return new Promise((resolve, reject) => {
    const child = spawn(required('SWITCHPOINT_NODE'), [cli, ...words, '--json', '--workspace', place.workspace], {
      env: environment(place),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stderr.on('data', (text) => (stderr += text))
    child.stdout.on('data', (text) => {
      stdout += text
      try {
        resolve({ child, document: JSON.parse(stdout) })
      } catch {
        // The document is not whole yet.
      }
    })
    child.on('exit', (code) => reject(new Error(`${words.join(' ')} ended with ${code}.\n${stdout}\n${stderr}`)))
  })
}

/** The engine that the workspace's lock names; null where there is no lock. */
export async function enginePid({ workspace }: Place): Promise<number | null> {
  try {
    const { pid } = JSON.parse(await readFile(join(workspace, 'workspace.lock'), 'utf8')) as { pid: number }
    return pid
  } catch {
    return null
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Ends the workspace's engine in order, with what it started; by force where it does not listen. */
export async function endEngine(place: Place): Promise<void> {
  const pid = await enginePid(place)
  if (pid === null || !isAlive(pid)) return
  process.kill(pid, 'SIGTERM')
  for (let tries = 0; tries < 200 && isAlive(pid); tries++) await wait(50)
  if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}
