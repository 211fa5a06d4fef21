/** The served page's door: who has no token, comes from elsewhere or speaks nonsense is turned away with a reason. */
import { WebSocket } from 'ws'
import { expect, test } from '../fixtures.ts'

/** The HTTP status with which a socket is refused, or 'open'. */
function knock(url: string, protocols: string[], headers: Record<string, string> = {}): Promise<number | 'open'> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols, { headers })
    socket.on('open', () => {
      socket.close()
      resolve('open')
    })
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', reject)
  })
}

test('only the page with the token gets in', async ({ bench }) => {
  const page = new URL(bench.url ?? '')
  const token = new URLSearchParams(page.hash.slice(1)).get('token') ?? ''
  const door = `ws://${page.host}/rpc`
  const right = ['switchpoint', `switchpoint.token.${token}`]
  const origin = { origin: page.origin }

  expect(await knock(door, right, origin)).toBe('open')
  expect(await knock(door, ['switchpoint'], origin), 'no token').toBe(401)
  expect(await knock(door, ['switchpoint', 'switchpoint.token.wrong'], origin), 'wrong token').toBe(401)
  expect(await knock(door, right, { origin: 'http://evil.example' }), 'foreign page').toBe(403)
  expect(await knock(door, right, { ...origin, host: `evil.example:${page.port}` }), 'rebound name').toBe(403)
  expect(await knock(`ws://${page.host}/trainer`, right, origin), 'a trainer over TCP').toBe(400)
})

test('the token never leaves the fragment, and the page has no Node', async ({ bench }) => {
  const token = new URLSearchParams(new URL(bench.url ?? '').hash.slice(1)).get('token') ?? ''
  expect(bench.page.url(), 'the address that a reader may copy').not.toContain(token)
  const seen = await bench.page.evaluate(() => ({
    require: typeof (window as { require?: unknown }).require,
    process: typeof (window as { process?: unknown }).process,
    bridge: typeof (window as { switchpoint?: unknown }).switchpoint,
  }))
  expect(seen).toEqual({ require: 'undefined', process: 'undefined', bridge: 'undefined' })
})
