import type { MessagePortMain } from 'electron'
import { describe, expect, it } from 'vitest'
import { Failure } from '#shared/contract/failure.ts'
import { engineLink } from './engine-link.ts'

const port = {} as MessagePortMain
const address = { workspace: '/lab', socket: '/lab/engine.sock', token: 'T' }
const locked = new Failure({ code: 'workspace.locked', message: 'Locked.', remedy: 'Wait.' })

/** `starts` and `pipes`: what each attempt comes to. */
function linked(starts: (Error | null)[], pipes: (Error | null)[] = []) {
  const log: string[] = []
  const link = engineLink(null, {
    start: async (workspace) => {
      log.push(`start ${workspace}`)
      const error = starts.shift()
      if (error) throw error
      return address
    },
    pipe: async (_address, deliver) => {
      const error = pipes.shift()
      if (error) throw error
      deliver(port)
    },
    deliver: () => void log.push('port'),
    tell: (problem) => void log.push(problem ? `problem: ${problem.message} ${problem.remedy}` : 'well again'),
    wait: async (ms) => void log.push(`wait ${ms}`),
  })
  return { link, log }
}

describe('a window’s line to its engine', () => {
  it('brings a port, and learns which workspace it is', async () => {
    const { link, log } = linked([])
    await link.request()
    expect([log, link.workspace]).toEqual([['start null', 'port'], '/lab'])
  })
  it('starts the same workspace’s engine again after it died', async () => {
    const { link, log } = linked([])
    await link.request()
    await link.request()
    expect(log).toEqual(['start null', 'port', 'start /lab', 'port'])
  })
  it('tries once more in silence, then says why, then that it is well again', async () => {
    const { link, log } = linked([locked, locked, null])
    await link.request()
    expect(log).toEqual([
      'start null',
      'wait 250',
      'start null',
      'problem: Locked. Wait.',
      'wait 500',
      'start null',
      'port',
      'well again',
    ])
  })
  it('does not believe an address that nobody answers at', async () => {
    const { link, log } = linked([], [new Error('ECONNREFUSED'), null])
    await link.request()
    expect(log).toEqual(['start null', 'wait 250', 'start /lab', 'port'])
  })
  it('is asked twice, tries once', async () => {
    const { link, log } = linked([])
    await Promise.all([link.request(), link.request()])
    expect(log).toEqual(['start null', 'port'])
  })
  it('stops trying when its window is gone', async () => {
    const { link, log } = linked([locked, locked, locked])
    const trying = link.request()
    link.end()
    await trying
    expect(log).toEqual(['start null', 'wait 250'])
  })
})
