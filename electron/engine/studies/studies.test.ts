import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Study } from '#shared/contract/studies.ts'
import { killTrainer, scratchFolder, startTestEngine, type TestEngine } from '../fixtures/test-engine.ts'

let scratch: ReturnType<typeof scratchFolder>
let workspace: string
let engine: TestEngine
beforeEach(async () => {
  scratch = scratchFolder()
  workspace = join(scratch.path, 'workspace')
  engine = await startTestEngine(workspace)
})
afterEach(async () => {
  await engine.end()
  scratch.remove()
})

const studyIn = (state: Study['state']) =>
  vi.waitFor(
    async () => {
      const { studies } = await engine.calls.studies.list({})
      if (studies[0]?.state !== state) throw new Error(`the study is ${JSON.stringify(studies[0])}`)
      return studies[0]
    },
    { timeout: 60_000, interval: 100 },
  )

it('runs its plan to a result and a report that needs nothing else, over a killed engine and a killed trainer', async () => {
  const { id } = await engine.calls.studies.startQuick({ seed: 3 })
  const started = await studyIn('running')
  expect(started.runs.map(({ role }) => role)).toEqual([
    'base',
    'sft',
    'pure-rl',
    'branch',
    'luffy',
    'branch',
    'pure-sft',
    'branch',
  ])
  // An engine is killed on the way: the next one goes on.
  await engine.kill()
  engine = await startTestEngine(workspace)
  const running = await vi.waitFor(async () => {
    const { runs } = await engine.calls.runs.list({})
    const found = runs.find((run) => run.state === 'running' && run.step > 0)
    if (!found) throw new Error('nothing runs')
    return found
  }, 30_000)
  const { trainerPid } = await engine.calls.runs.get({ id: running.id })
  killTrainer(trainerPid)
  const { state } = await vi.waitFor(async () => {
    const [study] = (await engine.calls.studies.list({})).studies
    if (study!.state === 'running') throw new Error(`still running: ${study!.now}`)
    return study!
  }, 60_000)
  if (state === 'interrupted') await engine.calls.studies.resume({ id })
  const { result, done, runs } = await studyIn('done')
  expect(done).toBe(1)
  expect(result!.runs.map(({ role }) => role).sort()).toEqual(runs.map(({ role }) => role).sort())
  const of = (role: string) => result!.runs.filter((run) => run.role === role)
  const sft = of('sft')[0]!
  // Loss 1 + (x - 14)^2 / 400: within 2 % from 12 to 16 on the even steps, above after.
  expect(
    of('branch')
      .map(({ parent, parentStep }) => [parent, parentStep])
      .sort((a, b) => Number(a[1]) - Number(b[1])),
  ).toEqual([
    [sft.id, 6],
    [sft.id, 14],
    [sft.id, 18],
  ])
  expect(of('base')[0]).toMatchObject({ flops: 0, plRl: null })
  for (const branch of of('branch')) {
    expect(branch.plRl! + branch.pSft!).toBeCloseTo(branch.aPost!)
    expect(branch.flops).toBe(10 * branch.parentStep! + 240)
  }
  for (const { id: run } of runs)
    expect(result!.accuracy[run]).toMatchObject({ n: 4, value: expect.any(Number) as number })
  const report = readFileSync(result!.report, 'utf8')
  expect(report).toContain('<h1>')
  expect((await engine.calls.studies.report({ id })).html).toBe(report)
  // Self-contained, and no script.
  expect(report).not.toMatch(/<script|<link|src=|url\(|@import/)
}, 180_000)

it('is cancelled with its runs, and says so', async () => {
  const { id } = await engine.calls.studies.startQuick({ seed: 1 })
  await engine.calls.studies.cancel({ id })
  await studyIn('cancelled')
  await vi.waitFor(async () => {
    const { runs } = await engine.calls.runs.list({})
    expect(runs.filter(({ state }) => state === 'queued' || state === 'running')).toEqual([])
  }, 30_000)
  await expect(engine.calls.studies.report({ id })).rejects.toMatchObject({ data: { code: 'study.not_found' } })
})

it('sizes the miniature by its budget and concludes it', async () => {
  await expect(engine.calls.studies.startPaper({ budgetMinutes: 0.01 })).rejects.toMatchObject({
    data: { code: 'input.invalid' },
  })
  const plan = await smallestMiniature()
  expect(plan).toMatchObject({ seeds: 1, everySet: false, everyRival: false })
  const { paper, result, runs } = await studyIn('done')
  expect(result).toBeNull()
  expect(runs).toHaveLength(plan.runs)
  expect(paper!.runs.map(({ role }) => role)).toEqual(runs.map(({ role }) => role))
  // Of one seed nothing can be said.
  expect(new Set(paper!.claims.map(({ verdict }) => verdict))).toEqual(new Set(['undecided']))
  const late = paper!.claims.find(({ name, measure }) => name === 'stable-beats-adaptive' && measure === 'end')
  expect(late!.effects).toHaveLength(1)
  const report = readFileSync(paper!.report, 'utf8')
  expect(report).toContain('Fewer than three seeds')
  expect(report).not.toMatch(/<script|<link|src=|url\(|@import/)
}, 180_000)

/** Doubles the budget until it holds one. */
async function smallestMiniature(
  budgetMinutes = 1,
): Promise<Awaited<ReturnType<typeof engine.calls.studies.startPaper>>> {
  try {
    return await engine.calls.studies.startPaper({ budgetMinutes })
  } catch {
    return smallestMiniature(1.5 * budgetMinutes)
  }
}
