import { cpSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { joinEngine } from './entry/join-or-start.ts'
import {
  fakeSpec,
  inState,
  lossesOf,
  pastStep,
  scratchFolder,
  startTestEngine,
  wholeLosses,
  type TestEngine,
} from './fixtures/test-engine.ts'
import { bornAt } from './process-identity.ts'
import { readLock } from './workspace/lock.ts'

let scratch: ReturnType<typeof scratchFolder>
let workspace: string
const engines: TestEngine[] = []
const start = async (args?: readonly string[]) => {
  const engine = await startTestEngine(workspace, args)
  engines.push(engine)
  return engine
}
beforeEach(() => {
  scratch = scratchFolder()
  workspace = join(scratch.path, 'workspace')
})
afterEach(async () => {
  for (const engine of engines.splice(0))
    if (engine.process.exitCode === null && engine.process.signalCode === null) await engine.end()
  scratch.remove()
})

describe('kill -9 of the engine', () => {
  it('costs no point and no trainer: the next engine reads on and takes over, again and again', async () => {
    let engine = await start()
    const [id] = (await engine.calls.runs.create({ spec: fakeSpec([{ steps: 100_000, does: { stepMs: 8 } }]) })).runs
    await pastStep(engine.calls, id!, 5)
    const { trainerPid } = await engine.calls.runs.get({ id: id! })
    for (const pause of [0, 350, 120]) {
      await sleep(pause)
      await engine.kill()
      await sleep(pause)
      engine = await start()
      expect(await inState(engine.calls, id!, 'running')).toMatchObject({ trainerPid, attempts: 1 })
    }
    // It has found the new engine: a command reaches it.
    await engine.calls.runs.pause({ id: id! })
    const { step } = await inState(engine.calls, id!, 'paused')
    expect(step).toBeGreaterThan(50)
    expect(await lossesOf(engine.calls, id!)).toEqual(wholeLosses(step))
  })

  it('finds the run complete that ended while there was no engine', async () => {
    const engine = await start()
    const [id] = (await engine.calls.runs.create({ spec: fakeSpec([{ steps: 60, does: { stepMs: 10 } }]) })).runs
    await pastStep(engine.calls, id!, 5)
    const { trainerPid } = await engine.calls.runs.get({ id: id! })
    await engine.kill()
    await expect.poll(() => bornAt(trainerPid!), { timeout: 60_000 }).toBeNull()
    const next = await start()
    expect(await inState(next.calls, id!, 'completed')).toMatchObject({ step: 60, error: null })
    expect(await lossesOf(next.calls, id!)).toEqual(wholeLosses(60))
  })

  it('and of the trainer leaves an interrupted run that resumes to the same whole', async () => {
    const engine = await start()
    const [id] = (await engine.calls.runs.create({ spec: fakeSpec([{ steps: 150, does: { stepMs: 8 } }]) })).runs
    await pastStep(engine.calls, id!, 12)
    const { trainerPid } = await engine.calls.runs.get({ id: id! })
    await engine.kill()
    process.kill(trainerPid!, 'SIGKILL')
    const next = await start()
    await inState(next.calls, id!, 'interrupted')
    await next.calls.runs.resume({ id: id! })
    await inState(next.calls, id!, 'completed')
    expect(await lossesOf(next.calls, id!)).toEqual(wholeLosses(150))
  })

  it("a copy of the workspace leaves the original's trainers alone", async () => {
    const engine = await start()
    const [id] = (await engine.calls.runs.create({ spec: fakeSpec([{ steps: 100_000, does: { stepMs: 8 } }]) })).runs
    await pastStep(engine.calls, id!, 12)
    await engine.kill()
    const { trainerPid } = await (async () => {
      const copy = join(scratch.path, 'copy')
      cpSync(workspace, copy, { recursive: true, filter: (path) => !path.endsWith('.sock') })
      const other = await startTestEngine(copy)
      engines.push(other)
      // There it was interrupted, as far as the copy goes.
      expect(await inState(other.calls, id!, 'interrupted')).toMatchObject({ trainerPid: null })
      const original = await start()
      return inState(original.calls, id!, 'running')
    })()
    expect(bornAt(trainerPid!)).not.toBeNull()
  })

  it('goes on with the queue', async () => {
    const engine = await start()
    const { runs } = await engine.calls.runs.create({
      spec: fakeSpec([
        { steps: 80, does: { stepMs: 10 } },
        { kind: 'rl', steps: 5, switchAt: 'last' },
      ]),
    })
    await pastStep(engine.calls, runs[0]!, 5)
    await engine.kill()
    const next = await start()
    expect(await inState(next.calls, runs[1]!, 'completed')).toMatchObject({ parentStep: 80 })
  })
})

describe('the end of the engine', () => {
  it('checkpoints its trainers, holds the queue, and leaves neither lock nor socket', async () => {
    const engine = await start()
    const { runs } = await engine.calls.runs.create({
      spec: fakeSpec([
        { steps: 100_000, does: { stepMs: 5 } },
        { kind: 'rl', steps: 5 },
      ]),
    })
    await pastStep(engine.calls, runs[0]!, 8)
    expect(await engine.end()).toBe(0)
    expect(existsSync(join(workspace, 'workspace.lock'))).toBe(false)
    expect(existsSync(engine.socket)).toBe(false)
    const next = await start()
    expect(await inState(next.calls, runs[0]!, 'paused')).toMatchObject({ error: null })
    expect(await inState(next.calls, runs[1]!, 'paused')).toMatchObject({ step: 0 })
    // Resuming the first brings back what was put aside with it.
    await next.calls.runs.resume({ id: runs[0]! })
    await inState(next.calls, runs[0]!, 'running')
    await inState(next.calls, runs[1]!, 'queued')
  })

  it('comes by itself when nobody has needed it for a while, trainers checkpointed', async () => {
    const engine = await start(['--linger', '400'])
    const [id] = (await engine.calls.runs.create({ spec: fakeSpec([{ steps: 100_000, does: { stepMs: 5 } }]) })).runs
    await pastStep(engine.calls, id!, 8)
    const { trainerPid } = await engine.calls.runs.get({ id: id! })
    engine.client.close()
    await expect.poll(() => bornAt(engine.pid), { timeout: 60_000 }).toBeNull()
    expect(bornAt(trainerPid!)).toBeNull()
    await inState((await start()).calls, id!, 'paused')
  })

  it('waits for detached runs, and for their chain', async () => {
    const engine = await start(['--linger', '200'])
    const { runs } = await engine.calls.runs.create({
      spec: fakeSpec([
        { steps: 100, does: { stepMs: 10 } },
        { kind: 'rl', steps: 40, does: { stepMs: 10 } },
      ]),
      detach: true,
    })
    engine.client.close()
    await expect.poll(() => bornAt(engine.pid), { timeout: 60_000 }).toBeNull()
    await inState((await start()).calls, runs[1]!, 'completed')
  })

  it.each([
    ['keep', 'goes on without it, to the end of the chain', 'completed'],
    ['rest', 'rests at once, the queue with it', 'paused'],
  ] as const)('after the last window left with "%s", what trained %s', async (then, _what, state) => {
    const engine = await start(['--linger', '200'])
    const { runs } = await engine.calls.runs.create({
      spec: fakeSpec([
        { steps: then === 'keep' ? 120 : 100_000, does: { stepMs: 10 } },
        { kind: 'rl', steps: 10, does: { stepMs: 10 } },
      ]),
    })
    await pastStep(engine.calls, runs[0]!, 3)
    expect(await engine.calls.system.pulse({})).toMatchObject({ running: 1, queued: 1, held: 2 })
    expect(await engine.calls.runs.leave({ then })).toEqual({ runs })
    if (then === 'rest') await inState(engine.calls, runs[0]!, 'paused')
    expect((await engine.calls.system.pulse({})).held).toBe(0)
    engine.client.close()
    await expect.poll(() => bornAt(engine.pid), { timeout: 60_000 }).toBeNull()
    const next = await start()
    for (const run of runs) await inState(next.calls, run, state)
  })

  it('is not put off for ever by a detached run behind a paused one', async () => {
    const engine = await start(['--linger', '200'])
    const { runs } = await engine.calls.runs.create({
      spec: fakeSpec([
        { steps: 100_000, does: { stepMs: 5 } },
        { kind: 'rl', steps: 4 },
      ]),
      detach: true,
    })
    await pastStep(engine.calls, runs[0]!, 3)
    await engine.calls.runs.pause({ id: runs[0]! })
    await inState(engine.calls, runs[0]!, 'paused')
    engine.client.close()
    await expect.poll(() => bornAt(engine.pid), { timeout: 60_000 }).toBeNull()
  })
})

describe('the lock', () => {
  it("is its owner's alone, names the engine, and a second engine is refused", async () => {
    const engine = await start()
    const path = join(workspace, 'workspace.lock')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(engine.socket).mode & 0o777).toBe(0o600)
    expect(readLock(path)).toMatchObject({ pid: engine.pid, born: bornAt(engine.pid), socket: engine.socket })
    expect(await joinEngine(workspace)).toMatchObject({ pid: engine.pid, token: engine.token })
    await expect(start()).rejects.toMatchObject({ code: 'workspace.locked' })
  })

  it.each([
    ['of a killed engine', null],
    ['that is torn', '{"host":'],
    ['that names another process', { pid: 1, born: '0' }],
    ['that names another machine, silent since', { host: 'elsewhere' }],
  ])('%s is replaced', async (_name, change) => {
    const engine = await start()
    const path = join(workspace, 'workspace.lock')
    const lock = readFileSync(path, 'utf8')
    await engine.kill()
    expect(existsSync(path)).toBe(true)
    expect(await joinEngine(workspace)).toBeNull()
    if (change !== null)
      writeFileSync(
        path,
        typeof change === 'string' ? change : JSON.stringify({ ...(JSON.parse(lock) as object), ...change }),
      )
    if (typeof change === 'object' && change && 'host' in change) {
      await expect(start()).rejects.toMatchObject({ code: 'workspace.locked' })
      const longAgo = new Date(Date.now() - 120_000)
      utimesSync(path, longAgo, longAgo)
    }
    const next = await start()
    expect(readLock(path)).toMatchObject({ pid: next.pid })
  })

  it('of two that start at once, one wins and the other is refused or finds it', async () => {
    const both = await Promise.allSettled([start(), start(), start()])
    const won = both.filter((each) => each.status === 'fulfilled')
    expect(won).toHaveLength(1)
    for (const each of both)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'workspace.locked' })
    const lock = readLock(join(workspace, 'workspace.lock'))
    expect(lock?.pid).toBe(won[0]!.status === 'fulfilled' ? won[0]!.value.pid : null)
  })
})
