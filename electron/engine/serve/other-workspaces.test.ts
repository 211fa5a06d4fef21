import { describe, expect, it } from 'vitest'
import type { EngineAddress } from '../entry/join-or-start.ts'
import type { HeldDoor } from './open-door.ts'
import { createOtherWorkspaces } from './other-workspaces.ts'

function doors() {
  const opened: { path: string; token: string; close(): void }[] = []
  let refusals = 0
  const others = createOtherWorkspaces({
    engineOf: (workspace) => Promise.resolve({ workspace } as EngineAddress),
    openDoor: ({ workspace }, _port, token) => {
      if (refusals-- > 0) return Promise.reject(new Error('not now'))
      const { promise, resolve } = Promise.withResolvers<void>()
      opened.push({ path: workspace, token, close: resolve })
      return Promise.resolve({ url: `http://${opened.length}/`, closed: promise } as unknown as HeldDoor)
    },
  })
  return { others, opened, refuse: () => (refusals = 1) }
}

describe('workspaces served beside this one', () => {
  it('have one door each, with a token of its own, however often they are asked for', async () => {
    const { others, opened } = doors()
    const urls = await Promise.all([others.served('/a'), others.served('/a'), others.served('/b')])
    expect(urls).toEqual(['http://1/', 'http://1/', 'http://2/'])
    expect(new Set(opened.map(({ token }) => token)).size).toBe(2)
    expect(opened[0]!.token).toMatch(/^[\w-]{32,}$/)
  })
  it('get a new door when theirs has closed, or did not open', async () => {
    const { others, opened, refuse } = doors()
    refuse()
    await expect(others.served('/a')).rejects.toThrow('not now')
    expect(await others.served('/a')).toBe('http://1/')
    opened[0]!.close()
    await new Promise(setImmediate)
    expect(await others.served('/a')).toBe('http://2/')
  })
})
