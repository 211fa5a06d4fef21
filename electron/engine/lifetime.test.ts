import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLifetime, isAlone, isNeeded } from './lifetime.ts'

describe('who keeps an engine alive', () => {
  it.each([
    [{ clients: 0, detached: 0 }, false],
    [{ clients: 1, detached: 0 }, true],
    [{ clients: 0, detached: 1 }, true],
  ])('%o: %s', (needs, isThere) => expect(isNeeded(needs)).toBe(isThere))

  it.each([
    ['one window', [0], true],
    ['a window and a command that looks in', [0, 59_000], true],
    ['two windows', [0, 20_000], false],
    ['nobody', [], true],
  ])('alone with %s: %s %s', (_who, since, alone) => expect(isAlone(since, 60_000)).toBe(alone))
})

describe('its last minute', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('begins when nobody needs it, and is called off by whoever comes back', () => {
    const needs = { clients: 1, detached: 0 }
    const end = vi.fn()
    const lifetime = createLifetime({ lingerMs: 60_000, needs: () => needs, end })
    lifetime.check()
    vi.advanceTimersByTime(120_000)
    needs.clients = 0
    lifetime.check()
    vi.advanceTimersByTime(59_000)
    needs.clients = 1
    lifetime.check()
    vi.advanceTimersByTime(120_000)
    expect(end).not.toHaveBeenCalled()
    needs.clients = 0
    lifetime.check()
    lifetime.check()
    vi.advanceTimersByTime(60_000)
    expect(end).toHaveBeenCalledTimes(1)
  })
})
