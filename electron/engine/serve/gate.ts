/**
 * Who may come in. Two doors:
 *   socket  the workspace's Unix socket (0600): a bearer token in the `authorization` header. Nothing with an Origin (a browser) has any business there.
 *   tcp     loopback for `serve`: the Host must be a loopback name (a page on another name that resolves to 127.0.0.1 sends
 *           its own name: DNS rebinding), an Origin must be the page's own, and the token comes as a WebSocket subprotocol.
 * The token reaches the page in the URL's fragment, which no server, log or Referer ever sees; a cookie would be shared by
 * every port of the host.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export type Door = 'socket' | 'tcp'

/** Subprotocol that the server chooses, and the one that carries the token beside it. */
export const rpcProtocol = 'switchpoint'
export const tokenProtocol = (token: string): string => `${rpcProtocol}.token.${token}`

export type Refusal = { readonly status: 400 | 401 | 403; readonly reason: string }

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Host and Origin of a request over TCP; null when they are right. Any port will do: a tunnel brings its own. */
export function refuseForeign(headers: Pick<IncomingHttpHeaders, 'host' | 'origin'>): Refusal | null {
  const host = urlOf(`http://${headers.host ?? ''}`)
  if (!host || !loopbackNames.has(host.hostname)) {
    return {
      status: 403,
      reason: `this server answers on localhost only, not to the name "${shorten(headers.host ?? '')}"`,
    }
  }
  if (headers.origin === undefined) return null
  const origin = urlOf(headers.origin)
  if (!origin || origin.protocol !== 'http:' || origin.host !== host.host) {
    return { status: 403, reason: `a page of "${shorten(headers.origin)}" may not talk to this server` }
  }
  return null
}

/** Is this a request that may open a socket at all, and does it know the token? */
export function refuseUpgrade(
  door: Door,
  headers: IncomingHttpHeaders,
  isToken: (given: string) => boolean,
): Refusal | null {
  if (door === 'socket' && headers.origin !== undefined)
    return { status: 403, reason: 'no browser belongs on this socket' }
  const foreign = door === 'tcp' ? refuseForeign(headers) : null
  if (foreign) return foreign
  const given = bearerOf(headers) ?? protocolTokenOf(headers)
  if (given === null) return { status: 401, reason: 'no token' }
  return isToken(given) ? null : { status: 401, reason: 'wrong token' }
}

export function bearerOf(headers: IncomingHttpHeaders): string | null {
  return /^Bearer ([\w-]{1,200})$/.exec(headers.authorization ?? '')?.[1] ?? null
}

function protocolTokenOf(headers: IncomingHttpHeaders): string | null {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((each) => each.trim())
  const prefix = tokenProtocol('')
  return offered.find((each) => each.startsWith(prefix))?.slice(prefix.length) ?? null
}

/** Compares in a time that tells nothing of where they differ. */
export function sameToken(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

const shorten = (text: string): string => text.slice(0, 80)
