import { describe, expect, it } from 'vitest'
import type { Notice } from '#shared/contract/contract.ts'
import { createNotices } from './notices.ts'

const turn = () => new Promise((resolve) => setTimeout(resolve, 15))
/** Collects until aborted. */
function listener(notices: ReturnType<typeof createNotices>) {
  const abort = new AbortController()
  const heard: Notice[] = []
  const done = (async () => {
    for await (const notice of notices.subscribe(abort.signal)) heard.push(notice)
  })()
  return { heard, abort: () => abort.abort(), done }
}

describe('notices', () => {
  it('begin with hello, coalesce what is the same, and number on', async () => {
    const notices = createNotices(77, 5)
    const { heard, abort, done } = listener(notices)
    await turn()
    for (let i = 0; i < 1000; i++) notices.changed('points', 'run_aaaa')
    notices.changed('runs', 'run_aaaa')
    await turn()
    abort()
    await done
    expect(heard.map(({ kind, id }) => [kind, id])).toEqual([
      ['hello', null],
      ['points', 'run_aaaa'],
      ['runs', 'run_aaaa'],
    ])
    expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(new Set(heard.map(({ engine }) => engine))).toEqual(new Set([77]))
  })

  it('hold at most one batch in the time between two', async () => {
    const notices = createNotices(1, 40)
    const { heard, abort, done } = listener(notices)
    const until = Date.now() + 200
    while (Date.now() < until) {
      notices.changed('points', 'run_aaaa')
      await new Promise((resolve) => setImmediate(resolve))
    }
    abort()
    await done
    // 200 ms at one each 40 ms, hello and the border cases besides.
    expect(heard.length).toBeLessThanOrEqual(8)
  })

  it('become "all of them" for a subscriber that falls behind', async () => {
    const notices = createNotices(1, 5)
    const slow = notices.subscribe(undefined)
    await slow.next()
    const waiting = slow.next()
    await turn()
    for (let i = 0; i < 500; i++) notices.changed('runs', `run_${i}`)
    const rest: Notice[] = [(await waiting).value as Notice]
    for (let i = 0; i < 150 && rest.at(-1)?.id !== null; i++) rest.push((await slow.next()).value as Notice)
    expect(rest.length).toBeLessThan(150)
    await slow.return()
  })

  it('end when the engine closes or the subscriber leaves', async () => {
    const notices = createNotices(1, 5)
    const one = listener(notices)
    await turn()
    notices.close()
    await one.done
    const late = createNotices(1, 5)
    const other = listener(late)
    await turn()
    other.abort()
    await other.done
  })
})
