/** Hostile callers against a real engine: each is refused in its own way, and the engine goes on serving the others. */
import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket, { type ClientOptions } from 'ws'
import { ORPCError } from '@orpc/client'
import { callFailure } from '../entry/client.ts'
import { scratchFolder, startTestEngine, type TestEngine } from '../fixtures/test-engine.ts'

const scratch = scratchFolder()
let engine: TestEngine
let host: string
let pageToken: string
beforeAll(async () => {
  engine = await startTestEngine(join(scratch.path, 'workspace'), ['--serve'])
  const url = new URL(engine.url!)
  host = url.host
  pageToken = url.hash.slice('#token='.length)
})
afterAll(async () => {
  await engine.end()
  scratch.remove()
})

const protocols = (token: string) => ['switchpoint', `switchpoint.token.${token}`]
/** `open`, or the status of the refusal. */
async function tryOpen(url: string, offered: string[] = [], options: ClientOptions = {}): Promise<number | 'open'> {
  const socket = new WebSocket(url, offered, options)
  try {
    return await new Promise((resolve, reject) => {
      socket.on('open', () => resolve('open'))
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      socket.on('error', reject)
    })
  } finally {
    socket.on('error', () => {})
    socket.terminate()
  }
}
const isServing = async () => expect((await engine.calls.runs.list({})).runs).toEqual([])

describe('doors', () => {
  it('lets the page in with its token and says the plain protocol back', async () => {
    const socket = new WebSocket(`ws://${host}/rpc`, protocols(pageToken), { origin: `http://${host}` })
    await once(socket, 'open')
    expect(socket.protocol).toBe('switchpoint')
    socket.close()
  })

  it.each([
    ['a wrong token', () => tryOpen(`ws://${host}/rpc`, protocols('x'.repeat(43))), 401],
    ['no token', () => tryOpen(`ws://${host}/rpc`), 401],
    ['a token in the query', () => tryOpen(`ws://${host}/rpc?token=${pageToken}`), 401],
    ["the workspace's token at the page's door", () => tryOpen(`ws://${host}/rpc`, protocols(engine.token)), 401],
    ['a foreign page', () => tryOpen(`ws://${host}/rpc`, protocols(pageToken), { origin: 'http://evil.example' }), 403],
    [
      'a rebound name',
      () => tryOpen(`ws://${host}/rpc`, protocols(pageToken), { headers: { host: 'evil.example' } }),
      403,
    ],
    ['no such door', () => tryOpen(`ws://${host}/other`, protocols(pageToken)), 400],
    [
      "the trainers' door over TCP",
      () => tryOpen(`ws://${host}/trainer?run=run_0000&attempt=1`, protocols(pageToken)),
      400,
    ],
    ['the serving door over TCP', () => tryOpen(`ws://${host}/serve?port=0`, protocols(pageToken)), 400],
    [
      "the page's token at the socket",
      () => tryOpen(`ws+unix://${engine.socket}:/rpc`, [], { headers: { authorization: `Bearer ${pageToken}` } }),
      401,
    ],
    [
      'a browser at the socket',
      () =>
        tryOpen(`ws+unix://${engine.socket}:/rpc`, [], {
          origin: 'http://localhost',
          headers: { authorization: `Bearer ${engine.token}` },
        }),
      403,
    ],
    [
      'a trainer of no run',
      () =>
        tryOpen(`ws+unix://${engine.socket}:/trainer?run=run_0000&attempt=1`, [], {
          headers: { authorization: `Bearer ${engine.token}` },
        }),
      401,
    ],
    [
      'serving with a short token',
      () =>
        tryOpen(`ws+unix://${engine.socket}:/serve?port=0&token=x`, [], {
          headers: { authorization: `Bearer ${engine.token}` },
        }),
      400,
    ],
  ] as const)('refuses %s', async (_name, attempt, status) => {
    expect(await attempt()).toBe(status)
  })

  it('says who it is only to those who know the token', async () => {
    const get = (headers: Record<string, string>) =>
      new Promise<[number, string]>((resolve, reject) => {
        request({ socketPath: engine.socket, path: '/health', headers }, (response) => {
          let text = ''
          response.on('data', (chunk) => (text += String(chunk)))
          response.on('end', () => resolve([response.statusCode!, text]))
        })
          .on('error', reject)
          .end()
      })
    expect((await get({}))[0]).toBe(401)
    const [status, text] = await get({ authorization: `Bearer ${engine.token}` })
    expect([status, JSON.parse(text)]).toMatchObject([200, { app: 'switchpoint', pid: engine.pid }])
  })

  it('shrugs at bytes that are no HTTP', async () => {
    const [, port] = host.split(':')
    const socket = connectTcp(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('\x00\x01garbage\r\n\r\n')
    await once(socket, 'close')
    await isServing()
  })
})

describe('messages', () => {
  async function lineThatSends(data: string | Buffer): Promise<number> {
    const socket = new WebSocket(`ws+unix://${engine.socket}:/rpc`, {
      headers: { authorization: `Bearer ${engine.token}` },
    })
    await once(socket, 'open')
    socket.on('error', () => {})
    socket.send(data)
    const [code] = (await once(socket, 'close')) as [number]
    return code
  }

  it.each([
    ['no JSON', 'garbage'],
    ['null', 'null'],
    ['a list', '[1,2,3]'],
    ['no request', '{"i":"1"}'],
    ['a request to nowhere', '{"i":"1","p":{"b":1}}'],
    ['an unknown kind', '{"i":"1","t":99,"p":{}}'],
    ['bytes', Buffer.from([1, 2, 3])],
    ['bytes behind a broken head', Buffer.concat([Buffer.from('{"i":'), Buffer.from([0xff, 1, 2])])],
  ])('that are %s cost the sender its line and nobody else theirs', async (_name, data) => {
    expect(await lineThatSends(data)).toBe(1007)
    await isServing()
  })

  it('that are too large are refused unread', async () => {
    expect(await lineThatSends(Buffer.alloc(17 * 1024 * 1024, 0x7b))).toBe(1009)
    await isServing()
  })
})

describe('calls', () => {
  const loose = () => engine.calls as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>
  const failure = (call: Promise<unknown>) =>
    call.then(
      () => null,
      (error: unknown) => [error instanceof ORPCError && error.defined, callFailure(error).code],
    )

  it.each([
    ['a number for an id', () => loose()['runs']!['get']!({ id: 7 })],
    ['an id that is a path', () => loose()['runs']!['get']!({ id: '../../etc/passwd' })],
    ['nothing at all', () => loose()['runs']!['get']!(undefined)],
    ['a field too many', () => loose()['runs']!['rename']!({ id: 'run_0000', name: 'x', colour: 'blue' })],
    [
      'a prototype',
      () =>
        loose()['runs']!['create']!({
          spec: JSON.parse('{"__proto__":{"polluted":1},"name":"x","stages":[]}') as unknown,
        }),
    ],
    ['a name beyond all measure', () => loose()['runs']!['rename']!({ id: 'run_0000', name: 'x'.repeat(100_000) })],
    ['a procedure that is not there', () => loose()['runs']!['explode']!({})],
    ['an area that is not there', () => loose()['constructor']!['constructor']!({})],
    ['more points than allowed', () => loose()['runs']!['metrics']!({ id: 'run_0000', maxPoints: 1e12 })],
  ])('with %s are refused with a typed error', async (_name, call) => {
    expect(await failure(call())).toEqual([true, 'input.invalid'])
    await isServing()
  })

  it('name the field that is wrong', async () => {
    await expect(loose()['runs']!['get']!({ id: 7 })).rejects.toMatchObject({
      data: { input: 'runs.get', message: expect.stringContaining('id: ') as string },
    })
  })
})
