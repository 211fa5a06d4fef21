/**
 * The trainer's line to the engine: notices up ("the journal has grown to n bytes", ten a second at most), commands down. The
 * journal alone carries data, so the line may break at any time: it is rebuilt with a growing pause, and the session looks at
 * `lostForMs` to decide when a run without an engine has to be paused.
 */
import WebSocket from 'ws'
import { TrainerCommand, type TrainerNotice } from '#shared/contract/journal.ts'

export interface LinkOptions {
  /** The workspace's Unix socket (named pipe on Windows). */
  readonly socket: string
  readonly token: string
  readonly run: string
  readonly attempt: number
  readonly onCommand: (command: 'pause' | 'stop') => void
  readonly log: (text: string) => void
}

const noticeEveryMs = 100
const firstRetryMs = 100
const lastRetryMs = 2_000
const farewellMs = 1_000

export class EngineLink {
  readonly #options: LinkOptions
  #socket: WebSocket | undefined
  #open = false
  #closing = false
  #retryMs = firstRetryMs
  #retry: NodeJS.Timeout | undefined
  #lostSince = performance.now()
  #length = 0
  #told = -1
  #notice: NodeJS.Timeout | undefined
  #noticedAt = Number.NEGATIVE_INFINITY

  constructor(options: LinkOptions) {
    this.#options = options
    this.#connect()
  }

  /** How long there has been no engine; 0 while connected. */
  get lostForMs(): number {
    return this.#open ? 0 : performance.now() - this.#lostSince
  }

  /** The journal has `length` bytes of whole lines. Coalesced. */
  notify(length: number): void {
    this.#length = length
    if (this.#notice || !this.#open) return
    const wait = Math.max(0, this.#noticedAt + noticeEveryMs - performance.now())
    if (wait === 0) this.#tell()
    else this.#notice = setTimeout(() => this.#tell(), wait)
  }

  /** Sends the last notice and hangs up; resolves when the engine has it, or after a second. */
  async close(): Promise<void> {
    this.#closing = true
    clearTimeout(this.#retry)
    clearTimeout(this.#notice)
    const socket = this.#socket
    if (!socket || !this.#open) return socket?.terminate()
    this.#tell()
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.close(1000)
    const late = setTimeout(() => socket.terminate(), farewellMs)
    await gone
    clearTimeout(late)
  }

  #tell(): void {
    this.#notice = undefined
    if (!this.#open || this.#told === this.#length) return
    const notice: TrainerNotice = { length: this.#length }
    this.#socket?.send(JSON.stringify(notice))
    this.#told = this.#length
    this.#noticedAt = performance.now()
  }

  #connect(): void {
    const { socket: path, token, run, attempt, log } = this.#options
    const query = new URLSearchParams({ run, attempt: String(attempt) })
    const socket = new WebSocket(`ws+unix://${path}:/trainer?${query}`, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: 5_000,
      maxPayload: 64 * 1024,
    })
    this.#socket = socket
    socket.on('open', () => {
      this.#open = true
      this.#retryMs = firstRetryMs
      this.#told = -1
      log('engine: connected')
      this.#tell()
    })
    socket.on('message', (data) => this.#receive(String(data)))
    socket.on('error', (error) => {
      if (this.#open) log(`engine: ${error.message}`)
    })
    socket.on('close', () => this.#lost())
  }

  #receive(text: string): void {
    const command = TrainerCommand.safeParse(parsed(text))
    if (!command.success) return this.#options.log(`engine: a command that is none: ${text.slice(0, 200)}`)
    if (command.data.command === 'ping') {
      this.#told = -1
      this.notify(this.#length)
    } else {
      this.#options.log(`engine: ${command.data.command}`)
      this.#options.onCommand(command.data.command)
    }
  }

  #lost(): void {
    if (this.#open) {
      this.#open = false
      this.#lostSince = performance.now()
      if (!this.#closing) this.#options.log('engine: gone, trying again')
    }
    if (this.#closing) return
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs)
    this.#retryMs = Math.min(lastRetryMs, this.#retryMs * 2)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
