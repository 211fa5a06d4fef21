/**
 * The two ways to the engine: a MessagePort that main pipes (desktop), a WebSocket (served page). A carrier makes a wire, a
 * wire is good until it closes, and nobody beyond this file knows which it is.
 */
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import { ORPCError, type ClientContext, type ClientLink } from '@orpc/client'
import { portMessage, type DesktopBridge } from '#shared/desktop/bridge.ts'
import { Failure } from '#shared/contract/failure.ts'
import { engineStopped } from './failure-of.ts'
import { tokenKey } from './page-token.ts'

export interface Wire {
  readonly link: ClientLink<ClientContext>
  /** Resolves when the other end is gone. */
  readonly closed: Promise<void>
}

export interface Carrier {
  /** A new wire; rejects when there is none to be had just now. */
  connect(signal: AbortSignal): Promise<Wire>
}

/** Main answers each request with a port once it has an engine, and closes the port when that engine is gone. */
export function portCarrier(bridge: DesktopBridge, page: Window): Carrier {
  const nextPort = (signal: AbortSignal) =>
    new Promise<MessagePort>((resolve, reject) => {
      const listen = (event: MessageEvent) => {
        const [port] = event.ports
        if (event.source !== page || event.data !== portMessage || !port) return
        page.removeEventListener('message', listen)
        resolve(port)
      }
      page.addEventListener('message', listen)
      signal.addEventListener('abort', () => {
        page.removeEventListener('message', listen)
        reject(signal.reason)
      })
      bridge.requestPort()
    })
  return {
    async connect(signal) {
      const port = await nextPort(signal)
      const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve()))
      const link = new PortLink({ port })
      port.start()
      return { link, closed }
    },
  }
}

/** The engine takes the token as a second subprotocol and answers with the first (electron/engine/serve/gate.ts). */
export function socketCarrier({ url, token }: SocketAddress): Carrier {
  return {
    connect: (signal) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url, ['switchpoint', `switchpoint.token.${token}`])
        const closed = new Promise<void>((done) => socket.addEventListener('close', () => done()))
        const link = knowingItsSocket(new SocketLink({ websocket: socket }), socket)
        socket.addEventListener('open', () => resolve({ link, closed }))
        socket.addEventListener('close', () => reject(unreachable()))
        signal.addEventListener('abort', () => socket.close())
      }),
  }
}

/** A socket that is closing takes no more calls, and says so in words of its own, before it says that it is closed. */
const knowingItsSocket = (link: ClientLink<ClientContext>, socket: WebSocket): ClientLink<ClientContext> => ({
  async call(path, input, options) {
    try {
      return await link.call(path, input, options)
    } catch (error) {
      throw error instanceof ORPCError || socket.readyState === WebSocket.OPEN ? error : engineStopped(error)
    }
  },
})

const unreachable = () => new Failure({ code: 'engine.unreachable', message: 'The engine cannot be reached.' })

export interface SocketAddress {
  readonly url: string
  readonly token: string
}

/** Where a served page finds its engine: at its own origin, with the token that page-token.ts has put aside. */
export function socketAddress(location: Location, storage: Storage): SocketAddress {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return { url: `${scheme}://${location.host}/rpc`, token: storage.getItem(tokenKey) ?? '' }
}
