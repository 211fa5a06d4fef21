import { describe, expect, it } from 'vitest'
import { refuseForeign, refuseUpgrade, tokenProtocol } from './gate.ts'

describe('Host and Origin over TCP', () => {
  it.each([
    ['localhost:8000', undefined, null],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000', null],
    ['[::1]:8000', 'http://[::1]:8000', null],
    // A tunnel brings its own port.
    ['localhost:9999', 'http://localhost:9999', null],
    ['rebind.evil.example:8000', undefined, 403],
    ['rebind.evil.example:8000', 'http://rebind.evil.example:8000', 403],
    ['127.0.0.1.evil.example', undefined, 403],
    ['localhost.', undefined, 403],
    ['', undefined, 403],
    [undefined, undefined, 403],
    ['user@localhost', undefined, null], // the host it names is localhost
    ['localhost:8000', 'http://evil.example', 403],
    ['localhost:8000', 'http://localhost:3000', 403],
    ['localhost:8000', 'https://localhost:8000', 403],
    ['localhost:8000', 'null', 403],
    ['localhost:8000', 'http://127.0.0.1:8000', 403],
    ['localhost:8000', '', 403],
  ])('%s with origin %s', (host, origin, status) => {
    expect(refuseForeign({ host, origin })?.status ?? null).toBe(status)
  })
})

describe('opening a socket', () => {
  const host = '127.0.0.1:8000'
  const isToken = (given: string) => given === 'right-token'
  it.each([
    ['socket', { authorization: 'Bearer right-token' }, null],
    ['socket', { authorization: 'Bearer wrong' }, 401],
    ['socket', {}, 401],
    ['socket', { authorization: 'Basic right-token' }, 401],
    ['socket', { authorization: 'Bearer right-token', origin: 'http://localhost' }, 403],
    ['tcp', { host, 'sec-websocket-protocol': `switchpoint, ${tokenProtocol('right-token')}` }, null],
    [
      'tcp',
      {
        host,
        'sec-websocket-protocol': `switchpoint, ${tokenProtocol('right-token')}`,
        origin: 'http://127.0.0.1:8000',
      },
      null,
    ],
    [
      'tcp',
      { host, 'sec-websocket-protocol': `switchpoint, ${tokenProtocol('right-token')}`, origin: 'http://evil.example' },
      403,
    ],
    ['tcp', { host, 'sec-websocket-protocol': 'switchpoint' }, 401],
    ['tcp', { host: 'evil.example', authorization: 'Bearer right-token' }, 403],
  ] as const)('%s %j', (door, headers, status) => {
    expect(refuseUpgrade(door, headers, isToken)?.status ?? null).toBe(status)
  })
})
