/** `analyze` as programs use it: one document, whatever the file's form; nothing beyond a cut; errors with their place. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { diceFor } from '#shared/analysis/dice.ts'
import { mean, median } from '#shared/analysis/order-statistics.ts'
import { sigmoid } from '#shared/analysis/sigmoid.ts'
import { scratchFolder } from '../engine/fixtures/test-engine.ts'

const program = path.join(import.meta.dirname, 'main.ts')
const scratch = scratchFolder()
afterAll(() => scratch.remove())

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    encoding: 'utf8',
    maxBuffer: 1e8,
    env: { ...process.env, INIT_CWD: scratch.path },
  })
  return { status, stdout, stderr }
}

const Estimate = z.strictObject({ value: z.number(), lo: z.number(), hi: z.number() })
const Branch = z.object({
  id: z.string(),
  dataset: z.string(),
  n: z.int(),
  noiseSd: z.number().nullable(),
  model: z.enum(['sigmoid', 'peak']),
  params: z.strictObject({ A: z.number(), B: z.number(), cMid: z.number(), eps: z.number() }).nullable(),
  pSft: z.number(),
  plRl: Estimate,
  aPost: Estimate,
  level: z.literal(0.8),
  profile90: z.strictObject({ lo: z.number().nullable(), hi: z.number().nullable() }),
  verdict: z.enum(['identified', 'loose', 'not-identifiable']),
  collapse: z.strictObject({ from: z.number() }).nullable(),
  broken: z.array(z.number()),
  rmseTrain: z.number(),
  holdout: z
    .strictObject({
      share: z.number(),
      cutCompute: z.number(),
      points: z.array(
        z.strictObject({
          compute: z.number(),
          actual: z.number(),
          predicted: z.number(),
          lo: z.number(),
          hi: z.number(),
          excluded: z.enum(['collapse', 'broken']).nullable(),
        }),
      ),
      rmse: z.number().nullable(),
    })
    .nullable(),
})
const Document = z.strictObject({
  branches: z.array(Branch),
  datasets: z.array(
    z.strictObject({
      id: z.string(),
      best: z.strictObject({ branch: z.string(), aPost: z.number() }).nullable(),
      means: z.strictObject({ pSft: z.number(), plRl: z.number(), aPost: z.number() }).nullable(),
      minValLoss: z.number().nullable(),
      leftOut: z.array(z.strictObject({ id: z.string(), why: z.string() })),
    }),
  ),
  statistics: z.array(z.looseObject({ name: z.string(), n: z.int(), estimate: z.number() })),
})

/** The one document on standard output. */
function analyze(file: string, ...args: string[]) {
  const { status, stdout, stderr } = run('analyze', file, '--json', ...args)
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, ''])
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  return Document.parse(JSON.parse(stdout))
}

const write = (name: string, text: string): string => {
  const file = path.join(scratch.path, name)
  writeFileSync(file, text)
  return file
}

interface Made {
  readonly id: string
  readonly dataset: string
  readonly stage: 'sft' | 'rl'
  readonly parent: string | null
  readonly branch_step: number | null
  readonly points: readonly { flops: number; step: number; overall: number; val_loss?: number }[]
}

/** Two data sets, each an SFT curve and three branches of it, with losses. */
function madeCurves(): Made[] {
  const dice = diceFor(3)
  const round = (value: number) => Math.round(value * 100) / 100
  return ['one', 'two'].flatMap((dataset, d) => {
    const sft: Made = {
      ...{ id: `${dataset}/sft`, dataset, stage: 'sft', parent: null, branch_step: null },
      points: Array.from({ length: 6 }, (_, i) => ({
        flops: 10 * i,
        step: 100 * i,
        overall: round(40 + 5 * i + 3 * d),
        val_loss: round(0.7 - 0.06 * i + 0.01 * i * i),
      })),
    }
    const branches = [1, 3, 5].map((at): Made => {
      const pSft = sft.points[at]!.overall
      const law = { A: pSft + 8, B: 1.5, cMid: 9, eps: 0 }
      return {
        ...{ id: `${dataset}/rl-${at}`, dataset, stage: 'rl', parent: sft.id, branch_step: 100 * at },
        points: Array.from({ length: 30 }, (_, i) => ({
          flops: 2 * (i + 1),
          step: 10 * (i + 1),
          overall: round(sigmoid(2 * (i + 1), law, pSft) + 0.3 * dice.normal()),
        })),
      }
    })
    return [sft, ...branches]
  })
}
const asJson = (curves: readonly Made[]) => JSON.stringify({ schema: 'switchpoint/retu-curves/1', curves }, null, 1)
const asCsv = (curves: readonly Made[]) =>
  [
    'dataset,run,parent,parent_step,stage,step,flops,metric,value',
    ...curves.flatMap((c) =>
      c.points.flatMap((p) =>
        [
          ['overall', p.overall],
          ['val_loss', p.val_loss],
        ].flatMap(([metric, value]) =>
          value === undefined
            ? []
            : [[c.dataset, c.id, c.parent ?? '', c.branch_step ?? '', c.stage, p.step, p.flops, metric, value].join()],
        ),
      ),
    ),
  ].join('\n')

describe('analyze', () => {
  it('is one document, the same from JSON and from CSV, with a holdout and without', () => {
    const curves = madeCurves()
    const [json, csv] = [write('made.json', asJson(curves)), write('made.csv', asCsv(curves))]
    for (const args of [[], ['--holdout', '0.6']]) {
      const document = analyze(json, ...args)
      expect(analyze(csv, ...args)).toEqual(document)
      expect(document.branches.map(({ id }) => id)).toEqual(curves.filter((c) => c.stage === 'rl').map(({ id }) => id))
      expect(document.datasets.map(({ minValLoss }) => minValLoss)).toEqual([0.61, 0.61])
      expect(document.branches.every(({ holdout }) => (holdout === null) === (args.length === 0))).toBe(true)
    }
  })

  it('lets nothing beyond a cut into anything but what it is scored by', () => {
    const curves = madeCurves()
    const spoiled = curves.map((c) => ({
      ...c,
      points: c.points.map((p, i) =>
        c.stage === 'rl' && p.flops > 36 ? { ...p, overall: p.overall + 0.9 + 0.02 * i } : p,
      ),
    }))
    const [a, b] = [curves, spoiled].map((set, i) => analyze(write(`cut-${i}.json`, asJson(set)), '--holdout', '0.6'))
    const withoutScores = ({ branches, datasets, statistics }: z.infer<typeof Document>) => ({
      branches: branches.map(({ holdout, ...rest }) => ({
        ...rest,
        forecast: holdout!.points.map(({ compute, predicted, lo, hi }) => [compute, predicted, lo, hi]),
      })),
      ...{ datasets, statistics },
    })
    expect(withoutScores(b!)).toEqual(withoutScores(a!))
    expect(b!.branches.map(({ holdout }) => holdout!.rmse)).not.toEqual(a!.branches.map(({ holdout }) => holdout!.rmse))
  })

  it('works without SFT curves', () => {
    const alone = madeCurves().flatMap((c) => (c.stage === 'rl' ? [{ ...c, P_sft: 50, parent: null }] : []))
    const document = analyze(write('alone.json', JSON.stringify({ curves: alone })))
    expect(document.branches).toHaveLength(6)
    expect(document.datasets.map(({ minValLoss }) => minValLoss)).toEqual([null, null])
  })

  it('says what it left out, and sees a copy that the file does not name', () => {
    const curves = madeCurves()
    const [sft, first] = [curves[0]!, curves[1]!]
    const orphan = { ...first, id: 'one/orphan', parent: null, branch_step: 77 }
    const { branches, datasets } = analyze(
      write('left.json', asJson([sft, first, { ...first, id: 'one/again' }, orphan])),
    )
    expect(branches.map(({ id }) => id)).toEqual(['one/rl-1', 'one/again'])
    expect(datasets[0]!.leftOut).toEqual([
      { id: 'one/again', why: 'an identical copy of one/rl-1' },
      { id: 'one/orphan', why: expect.stringContaining('P_sft') as string },
    ])
  })

  it('reads well: a table, the verdicts in words, what was excluded', () => {
    const curves = madeCurves()
    const fallen = curves.map((c) =>
      c.id === 'one/rl-3'
        ? { ...c, points: c.points.map((p, i) => (i > 24 ? { ...p, overall: p.overall - 20 } : p)) }
        : c,
    )
    const { status, stdout } = run('analyze', write('fallen.json', asJson(fallen)), '--holdout', '0.7')
    expect(status).toBe(0)
    expect(stdout).toContain('one/rl-3: collapses at 52')
    expect(stdout).toMatch(/one\/rl-1 +30 +0\.\d\d +\d\d\.\d .*\[\d\d\.\d, \d\d\.\d\]/)
    expect(stdout).toMatch(/80 % intervals hold \d+ % of \d+ evaluations/)
  })

  it.each([
    ['a file that is not there', null, [], 3, 'file.missing', /nowhere\.json$/],
    ['text that is no table', 'hello\nthere', [], 3, 'input.invalid', /:1$/],
    ['a broken JSON text', '{"curves": [\n{"id": }]}', [], 3, 'input.invalid', /:2$/],
    [
      'a score above 100',
      asJson(madeCurves()).replace(/"overall": 45/, '"overall": 450'),
      [],
      3,
      'input.invalid',
      /:\d+, field "curves\[0\]\.points\[1\]\.overall"$/,
    ],
    ['no branch', asJson(madeCurves().slice(0, 1)), [], 3, 'input.empty', /\.json$/],
    ['a benchmark that is not in it', asJson(madeCurves()), ['--metric', 'gsm8k'], 3, 'input.invalid', /\.json$/],
    ['a share of everything', asJson(madeCurves()), ['--holdout', '1'], 2, 'input.invalid', /--holdout 1/],
  ] as const)('refuses %s', (name, text, args, code, error, input) => {
    const file =
      text === null ? path.join(scratch.path, 'nowhere.json') : write(`${name.replaceAll(' ', '-')}.json`, text)
    const { status, stdout } = run('analyze', file, '--json', ...args)
    expect(status).toBe(code)
    const facts = z.object({
      error: z.object({ code: z.string(), message: z.string(), input: z.string(), remedy: z.string() }),
    })
    const parsed = facts.parse(JSON.parse(stdout))
    expect(parsed.error.code).toBe(error)
    expect(parsed.error.input).toMatch(input)
  })
})

const data = process.env['SWITCHPOINT_DATA'] ?? path.resolve(import.meta.dirname, '../../../shared')
const published = path.join(data, 'paper', 'retu-curves.json')
if (!existsSync(data)) {
  process.stderr.write(`SKIPPED: analyze on the published curves (no data folder at ${data}; set SWITCHPOINT_DATA)\n`)
}

describe.skipIf(!existsSync(data))('analyze on the published curves', () => {
  const copies = () =>
    new Set(
      (JSON.parse(readFileSync(published, 'utf8')) as { curves: { id: string; same_as?: string }[] }).curves.flatMap(
        ({ id, same_as: original }) => (original === undefined ? [] : [id]),
      ),
    )

  it('finds the collapse and the broken evaluation, and no other', () => {
    const { branches } = analyze(published)
    const found = branches.filter(({ collapse, broken }) => collapse || broken.length > 0)
    expect(found.map(({ id, collapse, broken }) => [id, collapse, broken])).toEqual([
      ['Easy102K/rl-from-6120', { from: 50.01 }, []],
      ['Uniform102K/rl-from-1440', null, [189.92]],
    ])
  })

  it.each([
    ['0.3', 0.85],
    ['0.5', 0.68],
    ['0.7', 0.59],
  ])('after %s of the compute: median RMSE at most %d, 80 %% intervals hold 75 to 90 %%', (share, goal) => {
    const skipped = copies()
    const branches = analyze(published, '--holdout', share).branches.filter(({ id }) => !skipped.has(id))
    expect(branches).toHaveLength(16)
    expect(median(branches.map(({ holdout }) => holdout!.rmse!))).toBeLessThanOrEqual(goal)
    const held = branches.flatMap(({ holdout }) => holdout!.points.filter(({ excluded }) => excluded === null))
    const covered = mean(held.map(({ actual, lo, hi }) => (actual >= lo && actual <= hi ? 1 : 0)))
    expect(covered).toBeGreaterThanOrEqual(0.75)
    expect(covered).toBeLessThanOrEqual(0.9)
  })
})
