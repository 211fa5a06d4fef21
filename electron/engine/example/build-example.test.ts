/** The bundled example: built once, opened by a real engine, every dashboard's question answered. */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { factsOf } from '#shared/contract/failure.ts'
import { callFailure } from '../entry/client.ts'
import { scratchFolder, startTestEngine, type TestEngine } from '../fixtures/test-engine.ts'
import { programFolder } from '../version.ts'
import { openExample } from './build-example.ts'

let scratch: ReturnType<typeof scratchFolder>
let place: string
beforeAll(async () => {
  scratch = scratchFolder()
  place = join(scratch.path, 'home', 'Example')
  await openExample({ place, codeVersion: 'test', now: () => 1 })
}, 60_000)
afterAll(() => scratch.remove())

describe('the files that are shipped', () => {
  const folder = join(programFolder, 'resources', 'example')

  it('have at most 5 MB and name no path', () => {
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(5_000_000)
    expect(readFileSync(join(folder, 'study.json'), 'utf8')).not.toMatch(/"\/(tmp|home|root|Users)\//)
  })

  it('hold what the paper prints, cited, and no measured curve', () => {
    const file = JSON.parse(readFileSync(join(folder, 'printed-values.json'), 'utf8')) as {
      source: string
      curves: { stage: string; points: { overall: number; scores?: object }[] }[]
    }
    expect(file.source).toMatch(/2512\.11470/)
    // The raw curves have two decimals and scores by benchmark; the figure prints one decimal.
    for (const { stage, points } of file.curves) {
      if (stage === 'rl') expect(points).toEqual([])
      for (const { overall, scores } of points) {
        expect(scores).toBeUndefined()
        expect(overall).toBeCloseTo(Math.round(overall * 10) / 10, 9)
      }
    }
  })
})

describe('opening', () => {
  it('builds it once: a second time it is as it was left', async () => {
    writeFileSync(join(place, 'note.txt'), 'mine')
    expect(await openExample({ place, codeVersion: 'test', now: () => 2 })).toBe(place)
    expect(readFileSync(join(place, 'note.txt'), 'utf8')).toBe('mine')
    expect(readdirSync(join(place, '..')).filter((name) => name.startsWith('.example'))).toEqual([])
  })

  it('never takes the place of a folder that is something else', async () => {
    const other = join(scratch.path, 'other')
    mkdirSync(other)
    const error: unknown = await openExample({ place: other, codeVersion: 'test', now: () => 1 }).catch(
      (e: unknown) => e,
    )
    expect(factsOf(error)).toMatchObject({ code: 'input.invalid', input: other })
    expect(existsSync(other)).toBe(true)
  })
})

describe('an engine on it', () => {
  let engine: TestEngine
  beforeAll(async () => {
    // A copy: engines write into their workspace.
    const copy = join(scratch.path, 'workspace')
    cpSync(place, copy, { recursive: true })
    engine = await startTestEngine(copy)
  })
  afterAll(async () => {
    await engine.end()
  })

  it('says that it is the example, and which runs are', async () => {
    const { calls } = engine
    expect((await calls.system.info({})).workspace.isExample).toBe(true)
    const { runs } = await calls.runs.list({})
    expect(new Set(runs.map(({ origin }) => origin?.kind))).toEqual(new Set(['example']))
    expect(runs.filter(({ study }) => study !== null)).toHaveLength(8)
    expect(runs.every(({ state }) => state === 'completed')).toBe(true)
    expect(await calls.system.pulse({})).toMatchObject({ running: 0, queued: 0 })
  })

  it('answers every run’s questions', async () => {
    const { calls } = engine
    const { runs } = await calls.runs.list({})
    for (const { id, study, parent } of runs) {
      const detail = await calls.runs.get({ id })
      expect(detail.checkpoints).toEqual([])
      expect(parent === null || runs.some((run) => run.id === parent)).toBe(true)
      const { points } = await calls.runs.evaluations({ id })
      expect(points.length).toBeGreaterThan(0)
      if (study === null) continue
      const { series } = await calls.runs.metrics({ id })
      expect(series.some(({ key }) => key === 'train/loss' || key === 'train/reward')).toBe(true)
      const page = await calls.runs.samples({ id })
      expect(page.samples.length).toBeGreaterThan(0)
    }
  })

  it('has ceilings: the study’s fitted, the paper’s as printed', async () => {
    const { calls } = engine
    // A fit that takes longer than the call's patience follows later.
    const curves = await vi.waitFor(
      async () => {
        const answer = await calls.analysis.curves({ study: null })
        expect(answer.curves.filter(({ fit }) => fit !== null).length).toBeGreaterThanOrEqual(4)
        return answer.curves
      },
      { timeout: 30_000, interval: 500 },
    )
    const printed = curves.filter(({ origin }) => (origin?.printedCeiling ?? null) !== null)
    expect(printed).toHaveLength(38)
    const best = printed.find(({ name }) => name === 'SFT889K/rl-from-7200')!
    expect(best).toMatchObject({ beforeFlops: 698.4e18, parentStep: 7200, fit: null })
    expect(best.origin).toMatchObject({ printedCeiling: 84, printedRegime: 'stable' })
    const losses = curves.filter(
      ({ paradigm, origin }) => paradigm === 'sft' && (origin?.printedMinLoss ?? null) !== null,
    )
    expect(losses.map(({ minValLoss }) => minValLoss).sort()).toEqual([0.37, 0.4, 0.42, 0.44, 0.51])
  })

  it('has a switch point, with branches from regimes that its own losses give', async () => {
    const { calls } = engine
    const { runs } = await calls.runs.list({})
    const sft = runs.find(({ role }) => role === 'sft')!
    const answer = await calls.analysis.switchPoint({ run: sft.id })
    expect(answer.branches).toHaveLength(3)
    expect(answer.validation.length).toBeGreaterThan(10)
    expect(answer.checkpoints.map(({ step }) => step)).toEqual(
      expect.arrayContaining(answer.validation.map(({ step }) => step)),
    )
  })

  it('has its study and report, data and subsets', async () => {
    const { calls } = engine
    const { studies } = await calls.studies.list({})
    expect(studies).toHaveLength(1)
    expect((await calls.studies.report({ id: studies[0]!.id })).html).toMatch(/<html/i)
    const { datasets } = await calls.datasets.list({})
    expect(datasets.map(({ name }) => name).sort()).toEqual(['Example, hard', 'Example, uniform'])
    const { subsets } = await calls.subsets.list({})
    expect(subsets).toHaveLength(3)
    const easy = subsets.find(({ name }) => name.includes('easiest'))!
    const counts = await calls.curate.counts({ recipe: easy.recipe })
    expect(counts).toBeTruthy()
    const histogram = await calls.curate.histogram({ recipe: easy.recipe })
    expect(histogram).toBeTruthy()
  })

  it('lends no weights', async () => {
    const { calls } = engine
    const { runs } = await calls.runs.list({})
    const error: unknown = await calls.runs.resume({ id: runs[0]!.id }).catch((e: unknown) => e)
    expect(callFailure(error)).toMatchObject({
      code: 'run.wrong_state',
      message: expect.stringMatching(/bundled example/),
    })
  })
})

it('is gone without harm when its folder is deleted, and built again', async () => {
  rmSync(place, { recursive: true })
  expect(existsSync(await openExample({ place, codeVersion: 'test', now: () => 3 }))).toBe(true)
}, 60_000)
