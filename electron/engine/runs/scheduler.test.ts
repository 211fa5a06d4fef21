import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callFailure } from '../entry/client.ts'
import {
  fakeSpec,
  inState,
  lossesOf,
  pastStep,
  scratchFolder,
  startTestEngine,
  wholeLosses,
  type TestEngine,
} from '../fixtures/test-engine.ts'

const scratch = scratchFolder()
const workspace = join(scratch.path, 'workspace')
let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine(workspace)
})
afterAll(async () => {
  await engine.end()
  scratch.remove()
})

const create = async (...args: Parameters<typeof fakeSpec>) =>
  (await engine.calls.runs.create({ spec: fakeSpec(...args) })).runs
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => callFailure(error).code,
  )

describe('a run', () => {
  it('is trained to its end, every point once', async () => {
    const [id] = await create([{ steps: 23 }])
    const run = await inState(engine.calls, id!, 'completed')
    expect(await lossesOf(engine.calls, id!)).toEqual(wholeLosses(23))
    expect(run).toMatchObject({
      step: 23,
      flops: 230,
      tokens: 69,
      attempts: 1,
      parameters: 7,
      trainerPid: null,
      error: null,
    })
    expect(run.checkpoints.map(({ step }) => step)).toEqual([0, 5, 10, 15, 20, 23])
    const { points } = await engine.calls.runs.evaluations({ id: id! })
    expect(points.map(({ step, k, n }) => [step, k, n])).toEqual([
      [0, 4, 4],
      [23, 4, 4],
    ])
    expect(points[1]!.accuracy.value).toBeCloseTo(9 / 16)
  })

  it('is failed with the facts its trainer gives', async () => {
    const [id] = await create([{ does: { failAt: 7 } }])
    expect((await inState(engine.calls, id!, 'failed')).error).toMatchObject({ code: 'run.diverged', input: 'step 7' })
  })

  it('is failed with its last words when its trainer ends without one', async () => {
    const [id] = await create([{ does: { exitAt: 4, code: 9 } }])
    const { error } = await inState(engine.calls, id!, 'failed')
    expect(error).toMatchObject({ code: 'run.crashed', message: expect.stringContaining('exit code 9') as string })
  })

  it('is failed by a native crash', async () => {
    const [id] = await create([{ does: { exitAt: 4, signal: 'SIGSEGV' } }])
    expect((await inState(engine.calls, id!, 'failed')).error?.message).toContain('SIGSEGV')
  })

  it('reports journal lines that are none, and goes on', async () => {
    const [id] = await create([{ steps: 12, does: { garbageAt: 6 } }])
    await inState(engine.calls, id!, 'completed')
    expect(await lossesOf(engine.calls, id!)).toEqual(wholeLosses(12))
    const { events } = await engine.calls.runs.events({ id: id! })
    expect(events.filter(({ level }) => level === 'warning')).toHaveLength(2)
  })
})

describe('pause, resume and stop', () => {
  it('pauses within a step and goes on to the same whole', async () => {
    const [id] = await create([{ steps: 300, does: { stepMs: 5 } }])
    await inState(engine.calls, id!, 'running')
    await pastStep(engine.calls, id!, 10)
    await engine.calls.runs.pause({ id: id! })
    const paused = await inState(engine.calls, id!, 'paused')
    expect(paused.step).toBeLessThan(300)
    expect(await codeOf(engine.calls.runs.pause({ id: id! }))).toBe('run.wrong_state')
    await engine.calls.runs.resume({ id: id! })
    expect(await inState(engine.calls, id!, 'completed')).toMatchObject({ attempts: 2 })
    expect(await lossesOf(engine.calls, id!)).toEqual(wholeLosses(300))
  })

  it('reaches a trainer that has no line by SIGTERM', async () => {
    const [id] = await create([{ steps: 100_000, does: { stepMs: 5, deaf: true } }])
    await pastStep(engine.calls, id!, 3)
    await engine.calls.runs.stop({ id: id! })
    // SIGTERM means pause to a trainer; it was asked to stop.
    expect((await inState(engine.calls, id!, 'stopped')).state).toBe('stopped')
  })

  it('kill -9 leaves a run that goes on from its checkpoint, nothing twice', async () => {
    const [id] = await create([{ steps: 200, does: { stepMs: 4 } }])
    await pastStep(engine.calls, id!, 23)
    const { trainerPid } = await engine.calls.runs.get({ id: id! })
    process.kill(trainerPid!, 'SIGKILL')
    const killed = await inState(engine.calls, id!, 'interrupted')
    expect(killed.error).toMatchObject({ code: 'run.crashed', remedy: expect.stringContaining('Resume') as string })
    await engine.calls.runs.resume({ id: id! })
    const resumed = await inState(engine.calls, id!, 'running', 'completed')
    expect(resumed.attempts).toBe(2)
    await inState(engine.calls, id!, 'completed')
    expect(await lossesOf(engine.calls, id!)).toEqual(wholeLosses(200))
  })

  it('a larger budget sends a complete run on; a used-up one is refused and changes nothing', async () => {
    const [id] = await create([{ steps: 20, does: { stepMs: 1 } }])
    await inState(engine.calls, id!, 'completed')
    expect(await codeOf(engine.calls.runs.resume({ id: id! }))).toBe('run.wrong_state')
    expect(await codeOf(engine.calls.runs.resume({ id: id!, budget: { steps: 20 } }))).toBe('input.invalid')
    expect(await codeOf(engine.calls.runs.resume({ id: id!, budget: { steps: 40, flops: 200 } }))).toBe('input.invalid')
    expect(await engine.calls.runs.get({ id: id! })).toMatchObject({ state: 'completed', steps: 20 })
    await engine.calls.runs.resume({ id: id!, budget: { steps: 40 } })
    await inState(engine.calls, id!, 'queued', 'running')
    expect(await inState(engine.calls, id!, 'completed')).toMatchObject({ attempts: 2, step: 40, steps: 40 })
    expect(await lossesOf(engine.calls, id!)).toEqual(wholeLosses(40))
    const { events } = await engine.calls.runs.events({ id: id! })
    expect(events.map(({ text }) => text)).toContain(
      'Budget changed: to 40 steps. It goes on from its last checkpoint.',
    )
  })

  it('ignores a torn last line of a killed trainer', async () => {
    const [id] = await create([{ steps: 100, does: { stepMs: 5 } }])
    await pastStep(engine.calls, id!, 12)
    process.kill((await engine.calls.runs.get({ id: id! })).trainerPid!, 'SIGKILL')
    await inState(engine.calls, id!, 'interrupted')
    writeFileSync(join(workspace, 'runs', id!, 'metrics.journal'), '{"kind":"metrics","step":9', { flag: 'a' })
    await engine.calls.runs.resume({ id: id! })
    await inState(engine.calls, id!, 'completed')
    expect(await lossesOf(engine.calls, id!)).toEqual(wholeLosses(100))
    const { events } = await engine.calls.runs.events({ id: id! })
    expect(events.some(({ text }) => text.includes('not understood'))).toBe(false)
  })
})

describe('a chain', () => {
  const losses = [
    [5, 1],
    [10, 0.5],
    [15, 0.505],
    [20, 0.7],
  ]

  it('starts RL from the checkpoint of lowest validation loss, FLOPs counted on', async () => {
    const [base, sft, rl] = await create([
      { kind: 'pretrain', steps: 8 },
      { steps: 20, does: { losses } },
      { kind: 'rl', steps: 6 },
    ])
    const run = await inState(engine.calls, rl!, 'completed')
    expect(run).toMatchObject({ parent: sft, parentStep: 10, paradigm: 'sequential', flops: 60, totalFlops: 160 })
    expect(await engine.calls.runs.get({ id: sft! })).toMatchObject({ parent: base, parentStep: 8, totalFlops: 200 })
    const file = JSON.parse(readFileSync(join(workspace, 'runs', rl!, 'run.json'), 'utf8')) as {
      start: object
      before: object
    }
    expect(file.start).toEqual({ folder: join(workspace, 'runs', sft!, 'checkpoints', '10'), step: 10, resume: false })
    expect(file.before).toEqual({ flops: 100, tokens: 30 })
    expect(existsSync(join(workspace, 'runs', sft!, 'checkpoints', '10', 'pinned'))).toBe(true)
  })

  it.each([
    ['adaptive', 5],
    ['stable', 10],
    ['severe', 20],
    // 0.505 is within 2 %: there is no Mild one; the last stands in.
    ['mild', 20],
  ] as const)('finds the %s checkpoint', async (regime, step) => {
    const [, rl] = await create([
      { steps: 20, does: { losses } },
      { kind: 'rl', steps: 2, switchAt: { regime } },
    ])
    expect(await inState(engine.calls, rl!, 'completed')).toMatchObject({ parentStep: step })
    const { events } = await engine.calls.runs.events({ id: rl! })
    expect(events.some(({ text }) => text.includes('no checkpoint in the mild regime'))).toBe(regime === 'mild')
  })

  it('stops the stage after one that failed; resuming the first brings it back', async () => {
    const [sft, rl] = await create([{ does: { failAt: 7 } }, { kind: 'rl', steps: 3, switchAt: 'last' }])
    await inState(engine.calls, sft!, 'failed')
    expect((await inState(engine.calls, rl!, 'stopped')).error).toMatchObject({ code: 'run.wrong_state', input: sft })
    await engine.calls.runs.resume({ id: rl! })
    // On its own it goes from the last checkpoint there is.
    expect(await inState(engine.calls, rl!, 'completed')).toMatchObject({ parent: sft, parentStep: 5 })
  })

  it('trains a base once for all arms', async () => {
    const settings = [{ kind: 'pretrain', steps: 4, batch: 9 }, { steps: 3 }] as const
    const first = await create([...settings])
    await inState(engine.calls, first[1]!, 'completed')
    const second = await create([...settings])
    expect(second[0]).toBe(first[0])
    expect(second[1]).not.toBe(first[1])
    expect(await inState(engine.calls, second[1]!, 'completed')).toMatchObject({ parent: first[0], parentStep: 4 })
    const other = await create([...settings], { seed: 2 })
    expect(other[0]).not.toBe(first[0])
    await inState(engine.calls, other[1]!, 'completed')
  })
})

describe('the queue', () => {
  it('runs in order, can be reordered, and knows places', async () => {
    const [running] = await create([{ steps: 10_000, does: { stepMs: 5 } }], { engine: {} })
    await inState(engine.calls, running!, 'running')
    const waiting: string[] = []
    for (let i = 0; i < 3; i++) waiting.push((await create([{ steps: 2 }], { engine: {} }))[0]!)
    const places = async () =>
      Object.fromEntries(
        (await engine.calls.runs.list({})).runs.flatMap((run) =>
          run.queuePosition === null ? [] : [[run.id, run.queuePosition]],
        ),
      )
    expect(await places()).toEqual({ [waiting[0]!]: 0, [waiting[1]!]: 1, [waiting[2]!]: 2 })
    await engine.calls.runs.reorder({ ids: [waiting[2]!, waiting[0]!] })
    expect(await places()).toEqual({ [waiting[2]!]: 0, [waiting[0]!]: 1, [waiting[1]!]: 2 })
    expect(await codeOf(engine.calls.runs.reorder({ ids: [running!] }))).toBe('run.wrong_state')
    expect(await codeOf(engine.calls.runs.remove({ ids: [running!] }))).toBe('run.wrong_state')
    await engine.calls.runs.stop({ id: running! })
    await inState(engine.calls, waiting[1]!, 'completed')
    const started = await Promise.all(
      [waiting[2]!, waiting[0]!, waiting[1]!].map(async (id) => (await engine.calls.runs.get({ id })).startedAt!),
    )
    expect(started).toEqual([...started].sort((a, b) => a - b))
  })

  it('refuses what cannot be', async () => {
    expect(await codeOf(engine.calls.runs.get({ id: 'run_0000' }))).toBe('run.not_found')
    expect(await codeOf(engine.calls.runs.resume({ id: 'run_0000' }))).toBe('run.not_found')
    expect(await codeOf(engine.calls.runs.create({ spec: fakeSpec([{}], { start: { run: 'run_0000' } }) }))).toBe(
      'run.not_found',
    )
    expect(await codeOf(engine.calls.runs.create({ spec: fakeSpec([{ data: 'sub_0000' }]) }))).toBe('subset.not_found')
    const [id] = await create([{ steps: 3 }])
    await inState(engine.calls, id!, 'completed')
    expect(await codeOf(engine.calls.runs.resume({ id: id! }))).toBe('run.wrong_state')
    expect(await codeOf(engine.calls.runs.create({ spec: fakeSpec([{}], { start: { run: id, step: 77 } }) }))).toBe(
      'checkpoint.missing',
    )
    expect(
      await codeOf(engine.calls.runs.create({ spec: fakeSpec([{}], { model: 'lab-3m', start: { run: id } }) })),
    ).toBe('checkpoint.incompatible')
    expect(await codeOf(engine.calls.runs.pin({ id: id!, step: 77, pinned: true }))).toBe('checkpoint.missing')
  })
})

it('removes, restores, renames and pins', async () => {
  const [id] = await create([{ steps: 6 }])
  await inState(engine.calls, id!, 'completed')
  await engine.calls.runs.rename({ id: id!, name: 'Ω <b>' })
  await engine.calls.runs.pin({ id: id!, step: 5, pinned: true })
  expect(await engine.calls.runs.get({ id: id! })).toMatchObject({
    name: 'Ω <b>',
    checkpoints: expect.arrayContaining([expect.objectContaining({ step: 5, pinned: true })]) as unknown,
  })
  expect(existsSync(join(workspace, 'runs', id!, 'checkpoints', '5', 'pinned'))).toBe(true)
  await engine.calls.runs.pin({ id: id!, step: 5, pinned: false })
  expect(existsSync(join(workspace, 'runs', id!, 'checkpoints', '5', 'pinned'))).toBe(false)
  await engine.calls.runs.remove({ ids: [id!] })
  const ids = async (deleted: boolean) => (await engine.calls.runs.list({ deleted })).runs.map((run) => run.id)
  expect(await ids(false)).not.toContain(id)
  expect(await ids(true)).toContain(id)
  await engine.calls.runs.restore({ ids: [id!] })
  expect(await ids(false)).toContain(id)
})
