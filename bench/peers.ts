/** The benches' peers: a virtual environment in the cache folder, and processes that answer line by line. */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { Failure } from '#shared/contract/failure.ts'
import { SetupFailure } from '../scripts/setup/failure.mjs'
import { pythonEnvironment } from '../scripts/setup/python-environment.mjs'

const folder = join(import.meta.dirname, 'peers')

/**
 * The Python of an environment that holds exactly what a requirements file of `peers/` names; made at the first call, which takes minutes.
 * @throws Failure 'backend.missing' when Python or a package cannot be had.
 */
function peerPython(file = 'requirements.txt'): string {
  try {
    return pythonEnvironment('bench', join(folder, file))
  } catch (error) {
    throw error instanceof SetupFailure ? new Failure(error.document().error, { cause: error }) : error
  }
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
