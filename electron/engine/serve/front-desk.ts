/**
 * The engine's only server: HTTP and WebSocket on the workspace's socket and, for `serve`, on loopback TCP. It checks who
 * comes (gate.ts) and passes them on:
 *   /health   who this engine is (token)                        /rpc      the contract, for windows, pages and commands
 *   /trainer  a run's trainer, with that run's own token         /serve    opens the TCP door for as long as this socket is open
 *   /...      on TCP only: the built page
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import { Failure } from '#shared/contract/failure.ts'
import type { Log } from '../log.ts'
import type { Health } from '../workspace/handshake.ts'
import { refuseForeign, refuseUpgrade, rpcProtocol, sameToken, type Door } from './gate.ts'
import { mostMessageBytes } from './rpc-door.ts'
import { refuse, serveFile } from './static-files.ts'

export interface FrontDeskDeps {
  readonly health: Health
  /** The token of the workspace's lock. */
  readonly token: string
  /** The built page. */
  readonly pageFolder: string
  readonly log: Log
  acceptClient(socket: WebSocket): void
  /** False when the run, the attempt or the token is not one that runs now. */
  isTrainer(run: string, attempt: number, token: string): boolean
  acceptTrainer(run: string, attempt: number, socket: WebSocket): void
  /** A command that holds the TCP door open has come; it counts as a client. */
  acceptServing(socket: WebSocket, request: { readonly port: number; readonly token: string }): void
}

export interface Listening {
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

export interface FrontDesk {
  listenOnSocket(path: string): Promise<void>
  /** Opens the TCP door. Throws `input.invalid` where the port is taken. */
  listenOnTcp(port: number, token: string): Promise<Listening>
  close(): Promise<void>
}

const handshakeMs = 10_000

export function createFrontDesk(deps: FrontDeskDeps): FrontDesk {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: mostMessageBytes,
    perMessageDeflate: false,
    // Of the offered ones the plain name is chosen; the one with the token is never said back.
    handleProtocols: (offered) => (offered.has(rpcProtocol) ? rpcProtocol : false),
  })
  /** Each server with its connections, upgraded ones as well. */
  const servers = new Map<Server, Set<Duplex>>()

  function open(door: Door, token: string): Server {
    const server = createServer((request, response) => void answer(door, token, request, response))
    server.headersTimeout = handshakeMs
    server.requestTimeout = 30_000
    server.maxHeadersCount = 100
    server.on('upgrade', (request, stream, head) => upgrade(door, token, request, stream, head))
    server.on('clientError', (_error, stream) => stream.destroy())
    const connections = new Set<Duplex>()
    server.on('connection', (stream) => {
      connections.add(stream)
      stream.on('close', () => connections.delete(stream))
    })
    servers.set(server, connections)
    return server
  }

  async function answer(door: Door, token: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      request.resume()
      if (door === 'tcp') {
        const foreign = refuseForeign(request.headers)
        if (foreign) return refuse(response, foreign.status, foreign.reason)
      }
      const { pathname } = new URL(request.url ?? '/', 'http://engine')
      if (pathname === '/health') {
        const refused = refuseUpgrade(door, request.headers, (given) => sameToken(given, token))
        if (refused) return refuse(response, refused.status, refused.reason)
        response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        response.end(JSON.stringify(deps.health))
        return
      }
      if (door === 'socket') return refuse(response, 404, 'There is nothing here.')
      if (!existsSync(join(deps.pageFolder, 'index.html'))) {
        return refuse(response, 503, 'The page is not built. Start it with `npm start -- serve`, which builds it.')
      }
      await serveFile(deps.pageFolder, request, response)
    } catch (error) {
      deps.log.warn({ err: error }, 'a request failed')
      if (!response.headersSent) refuse(response, 400, 'Not a request this server understands.')
      else response.destroy()
    }
  }

  function upgrade(door: Door, token: string, request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy())
    const pass = (then: (socket: WebSocket) => void) => sockets.handleUpgrade(request, stream, head, then)
    try {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://engine')
      const refused = refuseUpgrade(door, request.headers, (given) =>
        pathname === '/trainer' && door === 'socket'
          ? deps.isTrainer(searchParams.get('run') ?? '', Number(searchParams.get('attempt')), given)
          : sameToken(given, token),
      )
      if (refused) return turnAway(stream, refused.status, refused.reason)
      if (pathname === '/rpc') return pass((socket) => deps.acceptClient(socket))
      if (pathname === '/trainer' && door === 'socket') {
        const run = searchParams.get('run') ?? ''
        return pass((socket) => deps.acceptTrainer(run, Number(searchParams.get('attempt')), socket))
      }
      if (pathname === '/serve' && door === 'socket') {
        const port = Number(searchParams.get('port') ?? 0)
        const wanted = searchParams.get('token') ?? ''
        const isWhole = Number.isInteger(port) && port >= 0 && port < 65_536 && /^[\w-]{32,200}$/.test(wanted)
        return isWhole
          ? pass((socket) => deps.acceptServing(socket, { port, token: wanted }))
          : turnAway(stream, 400, 'no port or token')
      }
      turnAway(stream, 400, 'no such door')
    } catch (error) {
      deps.log.warn({ err: error }, 'an upgrade failed')
      turnAway(stream, 400, 'not a request')
    }
  }

  return {
    async listenOnSocket(path) {
      const server = open('socket', deps.token)
      // The socket is its owner's alone from its first moment.
      const before = process.umask(0o177)
      try {
        await listening(server, () => server.listen(path))
      } finally {
        process.umask(before)
      }
    },
    async listenOnTcp(port, token) {
      const server = open('tcp', token)
      try {
        await listening(server, () => server.listen(port, '127.0.0.1'))
      } catch (cause) {
        servers.delete(server)
        throw portFailure(cause as NodeJS.ErrnoException, port)
      }
      const actual = (server.address() as AddressInfo).port
      return {
        port: actual,
        url: `http://127.0.0.1:${actual}/#token=${token}`,
        close: () => closed(server, servers),
      }
    },
    async close() {
      await Promise.all([...servers.keys()].map((server) => closed(server, servers)))
    },
  }
}

const listening = (server: Server, listen: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', resolve)
    listen()
  })

function closed(server: Server, servers: Map<Server, Set<Duplex>>): Promise<void> {
  const connections = servers.get(server) ?? []
  servers.delete(server)
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const stream of connections) stream.destroy()
  })
}

function turnAway(stream: Duplex, status: number, reason: string): void {
  const words: Record<number, string> = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden' }
  stream.end(
    `HTTP/1.1 ${status} ${words[status] ?? 'Refused'}\r\nconnection: close\r\ncontent-type: text/plain\r\n` +
      `content-length: ${Buffer.byteLength(reason)}\r\n\r\n${reason}`,
  )
}

function portFailure(cause: NodeJS.ErrnoException, port: number): Failure {
  const taken = cause.code === 'EADDRINUSE'
  return new Failure(
    {
      code: 'input.invalid',
      message: taken ? `Port ${port} is taken.` : `Port ${port} cannot be opened: ${cause.message}.`,
      input: `--port ${port}`,
      remedy: 'Leave --port away to get a free one, or name another.',
    },
    { cause },
  )
}
