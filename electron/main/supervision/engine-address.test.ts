import { describe, expect, it } from 'vitest'
import { Failure } from '#shared/contract/failure.ts'
import { readAddress } from './engine-address.ts'

const address = { workspace: '/lab', socket: '/lab/engine.sock', token: 'T' }
const failureOf = (...said: Parameters<typeof readAddress>): Failure => {
  try {
    readAddress(...said)
  } catch (error) {
    return error as Failure
  }
  throw new Error('it did not fail')
}

describe('what the starter says', () => {
  it('is where the engine listens', () =>
    expect(readAddress(JSON.stringify({ ...address, pid: 7, started: true }), 0, '')).toEqual(address))
  it('or why there is none, in its own words', () => {
    const error = {
      code: 'workspace.locked',
      message: 'It is open elsewhere.',
      input: '/lab',
      remedy: 'Close it there.',
    }
    expect(failureOf(JSON.stringify({ error }), 1, '').facts()).toEqual(error)
  })
  it.each([
    ['', 1],
    ['not json', 0],
    ['null', 0],
    [JSON.stringify({ ...address, token: '' }), 0],
    [JSON.stringify(address), 1],
    ['', null],
  ])('or nothing to go by: %j, exit %j', (stdout, code) => {
    const failure = failureOf(stdout, code, 'line 1\nSyntaxError: nope')
    expect(failure).toBeInstanceOf(Failure)
    expect(failure.facts()).toMatchObject({ code: 'engine.unreachable', input: 'line 1\nSyntaxError: nope' })
  })
})
