/** The benches' peers: a virtual environment in the cache folder, and processes that answer line by line. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { Failure } from '#shared/contract/failure.ts'

const folder = join(import.meta.dirname, 'peers')
const cache =
  process.env['SWITCHPOINT_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'switchpoint')

/**
 * The Python of an environment that holds exactly what a requirements file of `peers/` names; made at the first call, which takes minutes.
 * @throws Failure 'backend.missing' when Python or a package cannot be had.
 */
export function peerPython(file = 'requirements.txt'): string {
  const requirements = join(folder, file)
  const key = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const home = join(cache, `bench-${key}`)
  const python = join(home, 'bin', 'python')
  if (existsSync(join(home, 'complete'))) return python
  process.stderr.write(`bench: making the peers' Python environment in ${home}; this takes minutes, once\n`)
  mkdirSync(cache, { recursive: true })
  rmSync(home, { recursive: true, force: true })
  run('python3', ['-m', 'venv', home], 'Install Python 3 with its venv module (Debian: python3-venv).')
  run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
    'Check that pip reaches a package index.',
  )
  mkdirSync(join(home, 'complete.draft'))
  renameSync(join(home, 'complete.draft'), join(home, 'complete'))
  return python
}

function run(command: string, args: readonly string[], remedy: string): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2] })
  if (status === 0) return
  const input = [command, ...args].join(' ')
  throw new Failure({
    code: 'backend.missing',
    message: `The benches' peers cannot be set up: ${error?.message ?? `exit ${status}`}.`,
    input,
    remedy,
  })
}

/** A running peer script. */
export class Peer {
  private readonly child: ChildProcess
  private readonly lines: AsyncIterator<string>
  private readonly reader: Interface

  constructor(script: string, threads: number, requirements?: string) {
    const env = {
      ...process.env,
      OMP_NUM_THREADS: String(threads),
      MKL_NUM_THREADS: String(threads),
      TRANSFORMERS_VERBOSITY: 'error',
    }
    this.child = spawn(peerPython(requirements), [join(folder, script)], { stdio: ['pipe', 'pipe', 'inherit'], env })
    this.reader = createInterface({ input: this.child.stdout! })
    this.lines = this.reader[Symbol.asyncIterator]()
  }

  /** Sends a command and waits for its result. @throws Error with the peer's own message. */
  async ask<T>(command: string, fields: Readonly<Record<string, unknown>> = {}): Promise<T> {
    this.child.stdin!.write(`${JSON.stringify({ command, ...fields })}\n`)
    const { value, done } = await this.lines.next()
    if (done === true) throw new Error(`The peer ended while it was asked to ${command}`)
    const answer = JSON.parse(value as string) as { result?: T; error?: string }
    if (answer.error !== undefined) throw new Error(`Peer, ${command}: ${answer.error}`)
    return answer.result as T
  }

  close(): void {
    this.reader.close()
    this.child.kill()
  }
}
