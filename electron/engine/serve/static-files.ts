/**
 * The built page over HTTP: files of one folder, nothing above it, with the page's policy in the headers and a fresh nonce
 * in each index.html. The files hold no secrets: who has no token gets a page that cannot talk to the engine.
 */
import { randomBytes } from 'node:crypto'
import { createReadStream, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, sep } from 'node:path'
import { contentSecurityPolicy, nonceMark } from '#shared/desktop/page-policy.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.map': 'application/json',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  // A PDF figure carries its font, which the page fetches.
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
}

const safety = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

/** Answers a request for a file of `folder`. The caller has checked Host and Origin. */
export async function serveFile(folder: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD.')
  const path = fileIn(folder, request.url ?? '/')
  const type = path === null ? undefined : types[extname(path).toLowerCase()]
  if (path === null || type === undefined) return refuse(response, 404, 'There is no such file.')
  if (extname(path) === '.html') {
    const nonce = randomBytes(18).toString('base64')
    const page = (await readFile(path, 'utf8')).replaceAll(nonceMark, nonce)
    const policy = contentSecurityPolicy(nonce, [`ws://${request.headers.host}`])
    response.writeHead(200, {
      ...safety,
      'content-type': type,
      'content-security-policy': policy,
      'cache-control': 'no-store',
    })
    response.end(request.method === 'HEAD' ? undefined : page)
    return
  }
  // Vite names every asset by its content.
  const caching = path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache'
  const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox" // for an SVG that is opened by itself
  response.writeHead(200, {
    ...safety,
    'content-type': type,
    'content-length': statSync(path).size,
    'cache-control': caching,
    ...(extname(path) === '.svg' && { 'content-security-policy': policy }),
  })
  if (request.method === 'HEAD') return void response.end()
  createReadStream(path)
    .on('error', () => response.destroy())
    .pipe(response)
}

/** The file a URL names, links followed; null when there is none inside the folder. */
export function fileIn(folder: string, url: string): string | null {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname)
    if (path.includes('\0') || path.includes('\\')) return null
    const root = realpathSync(folder)
    const wanted = join(root, path.endsWith('/') ? `${path}index.html` : path)
    const real = realpathSync(wanted)
    return real.startsWith(root + sep) && statSync(real).isFile() ? real : null
  } catch {
    return null
  }
}

export function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    ...safety,
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'",
  })
  response.end(`${text}\n`)
}
