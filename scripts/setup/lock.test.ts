import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bornAt, isStale, withLock } from './lock.mjs'

describe('a stale lock', () => {
  const alive = { pid: 7, born: '100', host: 'here' }
  const facts = { holder: alive, ageMs: 1_000_000, host: 'here', born: () => '100' }

  it('is one whose holder has gone, or whose pid is another process by now', () => {
    expect(isStale(facts)).toBe(false)
    expect(isStale({ ...facts, born: () => '' })).toBe(true)
    expect(isStale({ ...facts, born: () => '200' })).toBe(true)
  })

  it("is judged by its heartbeat when another machine holds it, and given time when it isn't signed yet", () => {
    const elsewhere = { ...facts, holder: { ...alive, host: 'there' }, born: () => '' }
    expect(isStale({ ...elsewhere, ageMs: 10_000 })).toBe(false)
    expect(isStale({ ...elsewhere, ageMs: 100_000 })).toBe(true)
    expect(isStale({ ...facts, holder: undefined, ageMs: 100 })).toBe(false)
    expect(isStale({ ...facts, holder: undefined, ageMs: 60_000 })).toBe(true)
  })
})

describe('the lock', () => {
  let folder = ''
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'lock-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('lets one in at a time, and is gone afterwards, also after an error', async () => {
    const lock = join(folder, 'lock')
    await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(existsSync(lock)).toBe(false)
    let inside = 0
    let most = 0
    const visit = () =>
      withLock(lock, async () => {
        most = Math.max(most, ++inside)
        await new Promise((resolve) => setTimeout(resolve, 5))
        inside--
      })
    await Promise.all([visit(), visit(), visit()])
    expect(most).toBe(1)
    expect(existsSync(lock)).toBe(false)
  })

  it('takes over from a killed holder and ends the child it left', async () => {
    const orphan = spawn('sleep', ['600'], { detached: true })
    const pid = orphan.pid as number
    const ended = new Promise((resolve) => orphan.on('exit', (_code, signal) => resolve(signal)))
    const lock = join(folder, 'lock')
    mkdirSync(lock)
    // A pid that is ours, born at another time: its holder is no more.
    writeFileSync(join(lock, 'holder.json'), JSON.stringify({ pid: process.pid, born: '1', host: 'h' }))
    writeFileSync(join(lock, `child-${pid}`), bornAt(pid))
    writeFileSync(join(lock, `child-${process.pid}`), 'born at another time: must be left alone')
    await withLock(lock, async () => expect(await ended).toBe('SIGKILL'), { host: 'h' })
  })

  it('says for whom it waits', async () => {
    const lock = join(folder, 'lock')
    mkdirSync(lock)
    writeFileSync(join(lock, 'holder.json'), JSON.stringify({ pid: 4242, born: '1', host: 'elsewhere' }))
    const waitedFor: unknown[] = []
    await withLock(lock, async () => {}, {
      host: 'here',
      onWait(holder) {
        waitedFor.push(holder?.pid)
        // Its heart stopped long ago.
        utimesSync(lock, new Date(0), new Date(0))
      },
    })
    expect(waitedFor).toEqual([4242])
  })
})
