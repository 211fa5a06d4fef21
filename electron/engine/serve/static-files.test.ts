import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nonceMark } from '#shared/desktop/page-policy.ts'
import { serveFile } from './static-files.ts'

let root: string
let server: Server
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'page-'))
  const page = join(root, 'page')
  mkdirSync(join(page, 'assets'), { recursive: true })
  writeFileSync(
    join(page, 'index.html'),
    `<meta property="csp-nonce" nonce="${nonceMark}"><script nonce="${nonceMark}"></script>`,
  )
  writeFileSync(join(page, 'assets', 'a.js'), 'export {}')
  writeFileSync(join(page, 'assets', 'a b.css'), 'a{}')
  writeFileSync(join(page, 'assets', 'inter.ttf'), 'font')
  writeFileSync(join(page, '.env'), 'secret')
  writeFileSync(join(root, 'secret.js'), 'secret')
  symlinkSync(join(root, 'secret.js'), join(page, 'link.js'))
  server = createServer((asked, response) => void serveFile(page, asked, response))
  server.listen(0)
  await once(server, 'listening')
})
afterAll(() => {
  server.close()
  rmSync(root, { recursive: true })
})

/** A raw path: URL and fetch would tidy up the dots. */
async function get(
  path: string,
  method = 'GET',
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  const { port } = server.address() as AddressInfo
  const asked = request({ port, path, method, headers: { host: `127.0.0.1:${port}` } }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode!, headers: response.headers, text }
}

describe('the page', () => {
  it('comes with a strict policy whose nonce is fresh and stands in the page', async () => {
    const [first, second] = [await get('/'), await get('/index.html')]
    const nonceOf = ({ headers }: typeof first) =>
      /style-src-elem 'self' 'nonce-([^']+)'/.exec(headers['content-security-policy'] as string)?.[1]
    expect(nonceOf(first)).toBeTruthy()
    expect(nonceOf(first)).not.toBe(nonceOf(second))
    expect(first.text).toBe(
      `<meta property="csp-nonce" nonce="${nonceOf(first)}"><script nonce="${nonceOf(first)}"></script>`,
    )
    const policy = first.headers['content-security-policy'] as string
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain('unsafe')
    expect(first.headers['cache-control']).toBe('no-store')
  })

  it('serves assets by type, to be kept', async () => {
    expect(await get('/assets/a.js')).toMatchObject({
      status: 200,
      text: 'export {}',
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'x-content-type-options': 'nosniff' },
    })
    expect((await get('/assets/a%20b.css')).status).toBe(200)
    expect((await get('/assets/inter.ttf')).headers['content-type']).toBe('font/ttf')
    expect((await get('/assets/a.js')).headers['cache-control']).toContain('immutable')
    expect(await get('/assets/a.js', 'HEAD')).toMatchObject({ status: 200, text: '' })
    expect((await get('/', 'POST')).status).toBe(405)
  })

  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/assets/..%2f..%2fsecret.js',
    '/..%5csecret.js',
    '//etc/passwd',
    '/link.js',
    '/.env',
    '/assets',
    '/assets/',
    '/index.html%00.js',
    '/%',
    '/nothing.js',
  ])('has nothing at %s', async (path) => {
    const { status, text } = await get(path)
    expect(status).toBe(404)
    expect(text).not.toContain('secret')
  })
})
