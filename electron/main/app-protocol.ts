/** `app://switchpoint/…`: the built page, with its policy in the headers and a fresh nonce in each answer. */
import { protocol, type Session } from 'electron'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { contentSecurityPolicy, nonceMark } from '#shared/desktop/page-policy.ts'
import { isOwnPage, pageScheme } from './own-page.ts'
import { pageFile } from './page-file.ts'

/** Must run before the app is ready. No `bypassCSP`, no `corsEnabled`: the page talks to its own origin only. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

export function servePage(session: Session, folder: string): void {
  session.protocol.handle(pageScheme, (request) => answer(request, folder))
}

async function answer(request: Request, folder: string): Promise<Response> {
  const file = request.method === 'GET' && isOwnPage(request.url) ? pageFile(folder, request.url) : null
  if (!file) return new Response('There is no such file.', { status: 404 })
  const headers = new Headers({
    'content-type': file.type,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  })
  if (!file.path.endsWith('.html')) return new Response(await readFile(file.path), { headers })
  const nonce = randomBytes(18).toString('base64')
  headers.set('content-security-policy', contentSecurityPolicy(nonce))
  return new Response((await readFile(file.path, 'utf8')).replaceAll(nonceMark, nonce), { headers })
}
