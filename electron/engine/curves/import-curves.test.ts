import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { factsOf } from '#shared/contract/failure.ts'
import { hasSharedData, saySkipped, sharedData } from '../datasets/fixtures/shared-data.ts'
import { startTestEngine, scratchFolder, type TestEngine } from '../fixtures/test-engine.ts'

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

const write = (name: string, text: string): string => {
  const path = join(scratch.path, name)
  writeFileSync(path, text)
  return path
}
const importFile = (name: string, text: string) => engine.calls.curves.import({ path: write(name, text) })
const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error === null) throw new Error('it was accepted')
  return (error as { data?: ReturnType<typeof factsOf> }).data ?? factsOf(error)
}

const rising = Array.from({ length: 12 }, (_, i) => ({ flops_e18: i + 1, overall: 85 - 15 / (1 + i) }))
const whole = {
  source: 'somewhere',
  model: 'some-7B',
  rl: 'DAPO',
  benchmarks: { x: 300, y: 100 },
  curves: [
    {
      ...{ id: 'a/sft', dataset: 'a', stage: 'sft' },
      points: [
        { flops_e18: 0, overall: 40, val_loss: 0.7, step: 0 },
        { flops_e18: 10, overall: 60, val_loss: 0.44, step: 100, scores: { x: 70, y: 30 } },
        { flops_e18: 20, overall: 62, val_loss: 0.46, step: 200 },
      ],
    },
    {
      ...{ id: 'a/rl', dataset: 'a', stage: 'rl', branch_step: 100, branch_flops_e18: 10, P_sft: 60 },
      regime: 'Stable',
      points: rising,
    },
    { id: 'b/rl', dataset: 'b', stage: 'rl', branch_step: 0, P_sft: 40, same_as: 'a/rl', points: rising },
  ],
}
const text = JSON.stringify(whole, null, 1)

describe('a curve file', () => {
  it('becomes runs like any other: list, points, evaluations, curves, switch point', async () => {
    const { calls } = engine
    const answer = await importFile('whole.json', text)
    expect(answer).toMatchObject({ file: 'whole.json', already: 0, rejected: [], rejectedCurves: 0 })
    const [sft, branch, copy] = answer.runs
    expect(branch).toMatchObject({ curve: 'a/rl', parent: sft!.id, parentStep: 100, points: 13 })

    const { runs } = await calls.runs.list({})
    expect(runs.map(({ id }) => id).sort()).toEqual(answer.runs.map(({ id }) => id).sort())
    const detail = await calls.runs.get({ id: branch!.id })
    expect(detail).toMatchObject({
      ...{ state: 'completed', paradigm: 'sequential', objective: 'dapo', model: 'some-7B', data: 'a', spec: null },
      ...{ flops: 12e18, totalFlops: 22e18, checkpoints: [] },
      origin: { kind: 'imported', file: 'whole.json', printedRegime: 'stable', sameAs: null, steps: 'counted' },
    })
    expect((await calls.runs.get({ id: copy!.id })).origin?.sameAs).toBe(branch!.id)

    const { series } = await calls.runs.metrics({ id: sft!.id })
    const byKey = new Map(series.map((one) => [one.key, one]))
    expect(byKey.get('val/loss')).toMatchObject({
      step: [0, 100, 200],
      flops: [0, 10e18, 20e18],
      value: [0.7, 0.44, 0.46],
    })
    expect(byKey.get('eval/x')).toMatchObject({ step: [100], value: [0.7] })

    const { points } = await calls.runs.evaluations({ id: branch!.id })
    expect(points[0]).toMatchObject({ step: 0, totalFlops: 10e18, n: 400, accuracy: { value: 0.6 } })
    expect(points[0]!.accuracy.lo).toBeLessThan(0.6)

    const { curves } = await calls.analysis.curves({ study: null })
    const curve = curves.find(({ run }) => run === branch!.id)!
    // 0.44 is the minimum: Stable by the definition, as it is printed.
    expect(curve).toMatchObject({ regime: 'stable', minValLoss: 0.44, beforeFlops: 10e18 })
    expect(curve.fit?.aPost.value).toBeGreaterThan(80)

    const at = await calls.analysis.switchPoint({ run: sft!.id })
    expect(at.validation.map(({ loss }) => loss)).toEqual([0.7, 0.44, 0.46])
    expect(at.branches.map(({ run }) => run)).toEqual([branch!.id])
    expect((await calls.runs.samples({ id: branch!.id })).steps).toEqual([])
    expect((await calls.runs.log({ id: branch!.id })).text).toBe('')
    expect((await calls.runs.events({ id: branch!.id })).events.map((event) => event.text).join()).toMatch(
      /whole\.json/,
    )
  })

  it('is known again by its bytes, under another name too; what was removed comes again', async () => {
    const first = await importFile('whole.json', text)
    const second = await importFile('renamed.json', text)
    expect(second.already).toBe(3)
    expect(second.runs.map(({ id }) => id)).toEqual(first.runs.map(({ id }) => id))
    await engine.calls.runs.remove({ ids: [first.runs[1]!.id] })
    const third = await importFile('whole.json', text)
    expect(third).toMatchObject({ already: 2 })
    expect(third.runs[1]!.id).not.toBe(first.runs[1]!.id)
    expect((await engine.calls.runs.get({ id: third.runs[1]!.id })).parent).toBe(first.runs[0]!.id)
  })

  it('goes on without the curves that are wrong, and lists them by line', async () => {
    const wrong = structuredClone(whole) as { curves: { points: { overall: number }[] }[] }
    wrong.curves[1]!.points = wrong.curves[1]!.points.map((point, i) => (i === 3 ? { ...point, overall: 180 } : point))
    const json = JSON.stringify(wrong, null, 1)
    const answer = await importFile('wrong.json', json)
    expect(answer.runs.map(({ curve }) => curve)).toEqual(['a/sft'])
    const line = json.split('\n').findIndex((each) => each.includes('180')) + 1
    expect(answer.rejected).toEqual([
      expect.objectContaining({ curve: 'a/rl', line, field: 'curves[1].points[3].overall' }),
      // Its original is gone, so the copy has nothing to be a copy of.
      expect.objectContaining({ curve: 'b/rl', field: 'curves[2].same_as' }),
    ])
    expect(answer.rejected[0]!.remedy).toMatch(/Correct/)
  })

  it('refuses a file of which nothing is left, text that is no curve file, and bytes that are no text', async () => {
    expect(await refusal(importFile('no.json', '{"curves": [{"id": "a"}]}'))).toMatchObject({
      code: 'input.empty',
      input: expect.stringMatching(/^no\.json:1, field "curves\[0\]/),
    })
    expect(await refusal(importFile('no.csv', 'a,b\n1,2'))).toMatchObject({ code: 'input.invalid', input: 'no.csv:1' })
    expect(await refusal(importFile('empty.csv', ''))).toMatchObject({ code: 'input.empty', input: 'empty.csv' })
    const path = join(scratch.path, 'bytes.json')
    writeFileSync(path, Buffer.from([0x7b, 0xff, 0xfe]))
    expect(await refusal(engine.calls.curves.import({ path }))).toMatchObject({ code: 'input.invalid' })
    expect(await refusal(engine.calls.curves.import({ path: join(scratch.path, 'none') }))).toMatchObject({
      code: 'file.missing',
    })
    expect((await engine.calls.runs.list({})).runs).toEqual([])
  })

  it('takes a table too, a bad row costs its own run', async () => {
    const rows = [
      'dataset,run,parent,parent_step,stage,step,flops,metric,value',
      'a,sft,,,sft,100,1e18,overall,60',
      'a,sft,,,sft,100,1e18,val_loss,0.5',
      'a,rl,sft,100,rl,10,2e18,overall,70',
      'a,bad,sft,100,rl,10,2e18,overall,many',
      'a,bad,sft,100,rl,20,3e18,overall,71',
    ]
    const answer = await importFile('curves.csv', rows.join('\r\n'))
    expect(answer.runs.map(({ curve, parentStep }) => [curve, parentStep])).toEqual([
      ['sft', null],
      ['rl', 100],
    ])
    expect(answer.rejected).toEqual([expect.objectContaining({ curve: 'bad', line: 5, field: 'value' })])
  })

  it('takes a trainer’s log as one run, by what is in it, and says what it could not map', async () => {
    const { calls } = engine
    const text = [
      JSON.stringify({ step: 0, data: { 'val-core/gsm8k/acc/mean@1': 0.2 } }),
      JSON.stringify({ step: 1, data: { 'critic/score/mean': 0.3, 'mfu/actor': 0.4 } }),
      JSON.stringify({ step: 2, data: { 'critic/score/mean': 0.5, 'val-core/gsm8k/acc/mean@1': 0.4 } }),
      '{"step": 3, "da',
    ].join('\n')
    const answer = await importFile('experiment.txt', text)
    expect(answer).toMatchObject({
      format: 'verl file log',
      keys: { mapped: { 'critic/score/mean': 'train/reward' }, kept: ['mfu/actor'] },
      rejected: [{ line: 4 }],
    })
    const [run] = answer.runs
    const detail = await calls.runs.get({ id: run!.id })
    expect(detail).toMatchObject({ stage: 'rl', data: 'gsm8k', origin: { format: 'verl file log', flopsUnit: null } })
    const { points } = await calls.runs.evaluations({ id: run!.id })
    expect(points.map(({ step, n, accuracy }) => [step, n, accuracy.value])).toEqual([
      [0, 0, 0.2],
      [2, 0, 0.4],
    ])
    expect((await calls.analysis.curves({ study: null })).curves).toHaveLength(1)
    expect(await importFile('again.txt', text)).toMatchObject({ already: 1, runs: [{ id: run!.id, already: true }] })
  })

  it('has no weights: nothing that needs them can be done to its runs', async () => {
    const { calls } = engine
    const { runs } = await importFile('whole.json', text)
    const [sft] = runs
    const presets = await calls.runs.presets({})
    const rl = presets.presets.flatMap(({ spec }) => spec.stages).find(({ kind }) => kind === 'rl')!
    for (const work of [
      calls.runs.pause({ id: sft!.id }),
      calls.runs.stop({ id: sft!.id }),
      calls.runs.resume({ id: sft!.id }),
      calls.runs.pin({ id: sft!.id, step: 100, pinned: true }),
      calls.runs.branch({ from: sft!.id, step: 100, stage: rl as never }),
    ])
      expect(await refusal(work)).toMatchObject({ code: 'run.wrong_state', input: sft!.id })
    await calls.runs.rename({ id: sft!.id, name: 'mine' })
    await calls.runs.remove({ ids: [sft!.id] })
    await calls.runs.restore({ ids: [sft!.id] })
  })

  it('outlives the engine', async () => {
    const { runs } = await importFile('whole.json', text)
    await engine.kill()
    engine = await startTestEngine(join(scratch.path, 'workspace'))
    const list = await engine.calls.runs.list({})
    expect(list.runs.map(({ id }) => id).sort()).toEqual(runs.map(({ id }) => id).sort())
  })
})

saySkipped('the public curves')

it.skipIf(!hasSharedData)('the public curves: every one a run, on their SFT runs’ steps', async () => {
  const path = join(sharedData, 'paper', 'retu-curves.json')
  const file = JSON.parse(readFileSync(path, 'utf8')) as {
    curves: { id: string; branch_step: number | null; same_as?: string; points: unknown[] }[]
  }
  const { runs, rejected } = await engine.calls.curves.import({ path })
  expect(rejected).toEqual([])
  const byCurve = new Map(runs.map((run) => [run.curve, run]))
  expect(byCurve.size).toBe(file.curves.length)
  for (const curve of file.curves) {
    const run = byCurve.get(curve.id)!
    expect(run.parentStep).toBe(curve.branch_step)
    const isBranch = curve.branch_step !== null
    expect(run.points).toBe(curve.points.length + (isBranch ? 1 : 0))
  }
  // Checkpoints lie on the SFT runs' own steps: every 360 steps for the large sets, every 62 for S1K.
  for (const [id, every] of [
    ['SFT889K/sft', 20],
    ['Easy102K/sft', 360],
    ['S1K/sft', 62],
  ] as const) {
    const { points } = await engine.calls.runs.evaluations({ id: byCurve.get(id)!.id })
    for (const { step } of points) expect(step % every).toBe(0)
  }
})
