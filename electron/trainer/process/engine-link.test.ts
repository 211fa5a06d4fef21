import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { TrainerNotice } from '#shared/contract/journal.ts'
import { EngineLink } from './engine-link.ts'

/** An engine's end of the line: it keeps what it was told. */
class Engine {
  readonly lengths: number[] = []
  readonly visitors: { url: string; authorization: string | undefined }[] = []
  readonly #server: Server = createServer()
  readonly #sockets = new WebSocketServer({ server: this.#server })

  async listen(path: string): Promise<void> {
    this.#sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
      this.visitors.push({ url: request.url!, authorization: request.headers.authorization })
      socket.on('message', (data) => this.lengths.push(TrainerNotice.parse(JSON.parse(String(data))).length))
    })
    this.#server.listen(path)
    await once(this.#server, 'listening')
  }

  say(text: string): void {
    for (const socket of this.#sockets.clients) socket.send(text)
  }

  /** As kill -9 leaves it: sockets die, the path goes. */
  async die(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

let folder: string
let path: string
let engine: Engine
let link: EngineLink | undefined
const commands: string[] = []
const connect = () =>
  (link = new EngineLink({
    socket: path,
    token: 'secret',
    run: 'r 1',
    attempt: 3,
    onCommand: (command) => commands.push(command),
    log: () => {},
  }))

/** With a hang guard that a loaded machine does not meet. */
const holds = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 5 })

beforeEach(async () => {
  commands.length = 0
  folder = mkdtempSync(join(tmpdir(), 'link-'))
  path = join(folder, 's.sock')
  engine = new Engine()
  await engine.listen(path)
})
afterEach(async () => {
  await link?.close()
  await engine.die().catch(() => {})
  rmSync(folder, { recursive: true, force: true })
})

describe('the line to the engine', () => {
  it('says who it is, tells the last length, and hangs up when it has been heard', async () => {
    connect()
    link!.notify(10) // before the line stands
    await holds(() => expect(engine.lengths).toEqual([10]))
    expect(engine.visitors).toEqual([{ url: '/trainer?run=r+1&attempt=3', authorization: 'Bearer secret' }])
    expect(link!.lostForMs).toBe(0)
    link!.notify(20)
    link!.notify(30)
    await link!.close()
    expect(engine.lengths.at(-1)).toBe(30)
  })

  it('coalesces: a thousand appends are a handful of notices, the last of them the newest', async () => {
    connect()
    await holds(() => expect(engine.visitors).toHaveLength(1))
    for (let length = 1; length <= 1000; length++) link!.notify(length)
    await holds(() => expect(engine.lengths.at(-1)).toBe(1000))
    expect(engine.lengths.length).toBeLessThan(5)
  })

  it('passes on pause and stop, answers a ping with the length, and shrugs at anything else', async () => {
    connect()
    link!.notify(5)
    await holds(() => expect(engine.lengths).toEqual([5]))
    for (const text of [
      'no json',
      '{"command":"dance"}',
      '{"command":"pause"}',
      '{"command":"ping"}',
      '{"command":"stop"}',
    ])
      engine.say(text)
    await holds(() => expect(commands).toEqual(['pause', 'stop']))
    await holds(() => expect(engine.lengths).toEqual([5, 5]))
  })

  it('comes back by itself when the engine was killed, and knows how long it was alone', async () => {
    connect()
    await holds(() => expect(engine.visitors).toHaveLength(1))
    await engine.die()
    await holds(() => expect(link!.lostForMs).toBeGreaterThan(0))
    await sleep(30)
    expect(link!.lostForMs).toBeGreaterThan(25)
    link!.notify(77)
    engine = new Engine()
    await engine.listen(path)
    await holds(() => expect(engine.lengths).toEqual([77]))
    expect(link!.lostForMs).toBe(0)
  })

  it('ends at once when there was never an engine', async () => {
    await engine.die()
    connect()
    await sleep(20)
    await link!.close()
    expect(link!.lostForMs).toBeGreaterThan(0)
  })
})
