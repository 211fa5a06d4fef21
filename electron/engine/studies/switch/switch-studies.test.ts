/** The search as a service, over the fake trainer: from the first look to the choice, killed, cancelled, resumed. */
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SwitchRequest, SwitchSearch } from '#shared/contract/switch-study.ts'
import type { EngineCalls } from '../../entry/client.ts'
import {
  fakeSpec,
  inState,
  killTrainer,
  scratchFolder,
  startTestEngine,
  type TestEngine,
} from '../../fixtures/test-engine.ts'

let scratch: ReturnType<typeof scratchFolder>
let engine: TestEngine
beforeEach(async () => {
  scratch = scratchFolder()
  engine = await startTestEngine(join(scratch.path, 'workspace'))
})
afterEach(async () => {
  await engine.end()
  scratch.remove()
})

/** Loss 1 + (x - 14)^2 / 400 on the even steps up to 24. */
const losses = Array.from({ length: 12 }, (_, i) => [2 * i + 2, 1 + (2 * i + 2 - 14) ** 2 / 400])
const spec = (rl: object = {}) =>
  fakeSpec([
    { kind: 'sft', steps: 24, does: { losses, bestFrom: 12 }, evaluation: { every: 2 } },
    { kind: 'rl', steps: 60, does: { bestFrom: 12, stepMs: 2 }, ...rl },
  ])
/** A fake step takes 10 FLOPs: 60 steps of RL after the last candidate. */
const request = (part: Partial<SwitchRequest> = {}) => ({
  ...{ spec: spec(), steps: [4, 8, 12, 18], target: 800, budgetShare: 0.4, evaluations: 30 },
  ...part,
})

const ended = (calls: EngineCalls, id: string, ...states: SwitchSearch['state'][]): Promise<SwitchSearch> =>
  vi.waitFor(
    async () => {
      const search = await calls.studies.switchSearch({ id })
      if (!states.includes(search.state))
        throw new Error(`${search.state}: ${search.now} ${JSON.stringify(search.error)}`)
      return search
    },
    { timeout: 90_000, interval: 50 },
  )

const trained = async (calls: EngineCalls): Promise<string> => {
  const { runs } = await calls.runs.create({ spec: { ...spec(), stages: spec().stages.slice(0, 1) } })
  await inState(calls, runs[0]!, 'completed')
  return runs[0]!
}
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error: { data?: { code: string } }) => error.data?.code ?? String(error),
  )

it('trains the SFT run, tries its checkpoints and chooses the best for a share of the compute', async () => {
  const { id } = await engine.calls.studies.startSwitch(request())
  const search = await ended(engine.calls, id, 'done')
  expect(search.chosen).toMatchObject({ step: 12 })
  expect(search.computeShare).toBeLessThanOrEqual(0.4)
  expect(search.savedFlops).toBeCloseTo(search.allFlops - search.spentFlops)
  expect(search.candidates.map(({ step, targetFlops }) => [step, targetFlops])).toEqual([
    [4, 760],
    [8, 720],
    [12, 680],
    [18, 620],
  ])
  // The law's end is at 80 % where the switch is right.
  const best = search.candidates[2]!
  expect(Math.abs(best.forecast.mean - 80)).toBeLessThan(6)
  expect(best.forecast.lo).toBeLessThan(best.forecast.mean)
  expect(search.decisions.at(-1)).toMatchObject({ kind: 'stop', leader: 12 })
  expect(search.decisions.map(({ no }) => no)).toEqual(search.decisions.map((_, i) => i + 1))
  // Every branch is a run of the study, ended at an evaluation.
  for (const { run, rlFlops, points } of search.candidates) {
    const detail = await engine.calls.runs.get({ id: run! })
    expect(detail).toMatchObject({ study: id, role: 'branch', state: 'completed', flops: rlFlops })
    expect(points.at(-1)!.flops).toBe(rlFlops)
  }
  const { studies } = await engine.calls.studies.list({})
  expect(studies.find((study) => study.id === id)).toMatchObject({ kind: 'switch', state: 'done', done: 1 })
  expect(await codeOf(engine.calls.studies.resume({ id }))).toBe('run.wrong_state')
}, 120_000)

it('decides the same over a killed engine and killed trainers', async () => {
  const words = ({ decisions }: SwitchSearch) => decisions.map((each) => each.words)
  const { id: calm } = await engine.calls.studies.startSwitch(request())
  const undisturbed = await ended(engine.calls, calm, 'done')

  const other = await startTestEngine(join(scratch.path, 'other'))
  const { id } = await other.calls.studies.startSwitch(request())
  await vi.waitFor(async () => {
    const { decisions } = await other.calls.studies.switchSearch({ id })
    if (decisions.length < 5) throw new Error('too early')
  }, 60_000)
  await other.kill()
  const next = await startTestEngine(join(scratch.path, 'other'))
  const running = (await next.calls.runs.list({})).runs.find(({ state }) => state === 'running')
  if (running) killTrainer((await next.calls.runs.get({ id: running.id })).trainerPid)
  let search = await ended(next.calls, id, 'done', 'interrupted')
  if (search.state === 'interrupted') {
    await next.calls.studies.resume({ id })
    search = await ended(next.calls, id, 'done')
  }
  await next.end()
  expect(words(search)).toEqual(words(undisturbed))
  expect(search.candidates.map(({ points }) => points)).toEqual(undisturbed.candidates.map(({ points }) => points))
}, 180_000)

it('is cancelled with its branches and goes on when it is resumed', async () => {
  const sft = await trained(engine.calls)
  const { spec: _, ...rest } = request()
  const stage = spec({ does: { bestFrom: 12, stepMs: 30 } }).stages[1] as never
  const { id } = await engine.calls.studies.startSwitch({ ...rest, run: sft, stage })
  await vi.waitFor(async () => {
    const { runs } = await engine.calls.runs.list({})
    if (!runs.some(({ role, state }) => role === 'branch' && state === 'running')) throw new Error('nothing runs')
  }, 30_000)
  await engine.calls.studies.cancel({ id })
  await vi.waitFor(async () => {
    const { runs } = await engine.calls.runs.list({})
    expect(runs.filter(({ state }) => state === 'queued' || state === 'running')).toEqual([])
  }, 30_000)
  expect((await engine.calls.studies.switchSearch({ id })).state).toBe('cancelled')
  await engine.calls.studies.resume({ id })
  expect((await ended(engine.calls, id, 'done')).chosen).toMatchObject({ step: 12 })
}, 120_000)

it('goes on without a branch that was stopped by hand', async () => {
  const sft = await trained(engine.calls)
  const { spec: _, ...rest } = request()
  const stage = spec({ does: { bestFrom: 12, stepMs: 10 } }).stages[1] as never
  const { id } = await engine.calls.studies.startSwitch({ ...rest, run: sft, stage, lanes: 1 })
  const branch = await vi.waitFor(async () => {
    const { runs } = await engine.calls.runs.list({})
    const found = runs.find(({ role, state }) => role === 'branch' && state === 'running')
    if (!found) throw new Error('nothing runs')
    return found
  }, 30_000)
  await engine.calls.runs.stop({ id: branch.id })
  const search = await ended(engine.calls, id, 'done')
  const closed = search.candidates.find(({ run }) => run === branch.id)!
  expect(['closed', 'reached', 'resting', 'given-up']).toContain(closed.state)
  if ((await engine.calls.runs.get({ id: branch.id })).state === 'stopped') expect(closed.state).toBe('closed')
}, 120_000)

describe('what cannot be searched is refused at once', () => {
  it('with the input named', async () => {
    const sft = await trained(engine.calls)
    const { spec: chain, ...rest } = request()
    const start = (part: object) => codeOf(engine.calls.studies.startSwitch({ ...rest, ...part } as never))
    expect(await start({})).toBe('input.invalid')
    expect(await start({ run: sft, spec: chain })).toBe('input.invalid')
    expect(await start({ run: 'run_0000' })).toBe('run.not_found')
    expect(await start({ run: sft, steps: [4, 5] })).toBe('checkpoint.missing')
    expect(await start({ run: sft, target: 100 })).toBe('input.invalid')
    // Two of four evaluations are more than 40 %.
    expect(await start({ run: sft, evaluations: 4 })).toBe('input.invalid')
    expect(await start({ spec: spec({ schedule: { kind: 'cosine' } }) })).toBe('input.invalid')
    expect(await start({ spec: { ...chain, stages: chain.stages.slice(1) } })).toBe('input.invalid')
    expect((await engine.calls.studies.list({})).studies).toEqual([])
    expect(await codeOf(engine.calls.studies.switchSearch({ id: 'study_0000' }))).toBe('study.not_found')
  }, 60_000)

  it('and planned before it is begun', async () => {
    const sft = await trained(engine.calls)
    const plan = await engine.calls.studies.planSwitch({ run: sft, count: 4, target: 800, budgetShare: 0.3 })
    expect(plan.candidates).toHaveLength(4)
    expect(plan.candidates.map(({ regime }) => regime)).toEqual(expect.arrayContaining(['adaptive', 'stable', 'mild']))
    expect(plan.budgetFlops).toBeCloseTo(0.3 * plan.allFlops)
    for (const { step, rlFlops } of plan.candidates) expect(rlFlops).toBe(800 - 10 * step)
  }, 60_000)
})
