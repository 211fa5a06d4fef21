/** The served page's door: who has no token, comes from elsewhere or speaks nonsense is turned away with a reason. */
import { once } from 'node:events'
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import { WebSocket } from 'ws'
import { expect, test } from '../fixtures.ts'

type AnyCall = (input: unknown) => Promise<unknown>
/** As a page that was tampered with sees it: any name, any input. */
type Tampered = Record<'runs' | 'system' | 'nothing', Record<string, AnyCall>>

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

test('malformed calls are refused with a code and a remedy; nonsense costs its sender the line and nobody else', async ({
  bench,
}) => {
  const page = new URL(bench.url ?? '')
  const token = new URLSearchParams(page.hash.slice(1)).get('token') ?? ''
  const open = async () => {
    const protocols = ['switchpoint', `switchpoint.token.${token}`]
    const socket = new WebSocket(`ws://${page.host}/rpc`, protocols, { origin: page.origin })
    await once(socket, 'open')
    return socket
  }
  const socket = await open()
  const calls = createORPCClient<Tampered>(
    new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }) as never,
  )
  const refusal = (call: Promise<unknown>) =>
    call.then(
      () => 'answered',
      (error: unknown) => (error instanceof ORPCError ? (error.data as { code: string }).code : String(error)),
    )
  expect(await refusal(calls.runs.get!({ id: 7 })), 'a number for an id').toBe('input.invalid')
  expect(await refusal(calls.runs.get!({ id: 'run_x', more: true })), 'a field too many').toBe('input.invalid')
  expect(await refusal(calls.runs.get!({ id: 'run_nowhere' })), 'no such run').toBe('run.not_found')
  expect(await refusal(calls.nothing.at_all!({})), 'no such procedure').toBe('input.invalid')

  const other = await open()
  other.send('this is no message')
  await once(other, 'close')
  expect(await refusal(calls.system.info!({})), 'the next one is served').toBe('answered')
  socket.close()
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
