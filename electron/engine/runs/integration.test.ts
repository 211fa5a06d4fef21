/**
 * Engine and trainer together, both real: a small chain on the lab task, paused and killed on the way. Needs TensorFlow; without
 * it the set-up has said so already, and this says so loudly.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ExperimentSpec, RlStage } from '#shared/experiment/spec.ts'
import { startTestEngine, inState, pastStep, scratchFolder, type TestEngine } from '../fixtures/test-engine.ts'
import { probeBackend } from '../system/backend-probe.ts'
import { trainerProgram } from './trainer-process.ts'

const scratch = scratchFolder()
const workspace = join(scratch.path, 'workspace')
let engine: TestEngine
const backend = await probeBackend().catch((error: Error) => error)
const isMissing = backend instanceof Error
if (isMissing) process.stderr.write(`SKIPPED: engine and trainer together: ${backend.message}\n`)

beforeAll(async () => {
  engine = await startTestEngine(workspace, ['--trainer', trainerProgram])
})
afterAll(async () => {
  await engine.end()
  scratch.remove()
})

const test = { lab: { set: 'uniform', rows: 16, seed: 9001 } }
const spec = ExperimentSpec.parse({
  name: 'small',
  engine: { threads: 1 },
  stages: [
    {
      kind: 'pretrain',
      budget: { steps: 6 },
      data: { lab: { set: 'base', rows: 200 } },
      evaluation: { every: 6, samples: 2, data: test },
    },
    {
      kind: 'sft',
      budget: { steps: 40 },
      batch: 8,
      data: { lab: { set: 'uniform', rows: 40 } },
      validation: { every: 5, data: { lab: { set: 'uniform', rows: 16, seed: 9002 } } },
      evaluation: { every: 20, samples: 2, data: test },
    },
    {
      kind: 'rl',
      budget: { steps: 3 },
      prompts: 4,
      answers: 4,
      data: { lab: { set: 'uniform', rows: 64 } },
      evaluation: { every: 3, samples: 2, data: test },
    },
  ],
})

it.skipIf(isMissing)(
  'trains a chain to its end over a killed trainer, a killed engine and a pause, every point once',
  async () => {
    const { runs } = await engine.calls.runs.create({ spec })
    const [base, sft, rl] = runs as [string, string, string]
    await inState(engine.calls, base, 'completed')
    await pastStep(engine.calls, sft, 6)
    process.kill((await engine.calls.runs.get({ id: sft })).trainerPid!, 'SIGKILL')
    await inState(engine.calls, sft, 'interrupted')
    await engine.calls.runs.resume({ id: sft })
    await pastStep(engine.calls, sft, 12)
    await engine.kill()
    engine = await startTestEngine(workspace, ['--trainer', trainerProgram])
    const there = await engine.calls.runs.get({ id: sft })
    if (there.state === 'running') {
      await engine.calls.runs.pause({ id: sft })
      const { state } = await inState(engine.calls, sft, 'paused', 'completed')
      if (state === 'paused') await engine.calls.runs.resume({ id: sft })
    }
    await inState(engine.calls, sft, 'completed')
    const done = await inState(engine.calls, rl, 'completed')

    const { series } = await engine.calls.runs.metrics({ id: sft, keys: ['train/loss', 'val/loss'] })
    expect(series[0]!.step).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
    expect(series[1]!.step).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40])
    const losses = series[1]!
    const minimum = losses.step[losses.value.indexOf(Math.min(...losses.value))]
    expect(done).toMatchObject({ parent: sft, parentStep: minimum, paradigm: 'sequential', step: 3 })
    expect(done.last).toHaveProperty('train/reward')
    const { points } = await engine.calls.runs.evaluations({ id: rl })
    expect(points.map(({ step, n, k }) => [step, n, k])).toEqual([
      [0, 16, 2],
      [3, 16, 2],
    ])
    expect((await engine.calls.runs.samples({ id: rl })).samples.length).toBeGreaterThan(0)

    // Three steps and three more by a larger budget equal six at once.
    const shared = { kind: 'rl', prompts: 4, answers: 4, data: { lab: { set: 'uniform', rows: 64 } } } as const
    const evaluation = { every: 3, samples: 2, data: test } as const
    const stage = RlStage.parse({ ...shared, budget: { steps: 6 }, evaluation })
    const { run: atOnce } = await engine.calls.runs.branch({ from: sft, step: done.parentStep!, stage })
    await engine.calls.runs.resume({ id: rl, budget: { steps: 6 } })
    const rewards = async (id: string) => {
      await inState(engine.calls, id, 'completed')
      const found = await engine.calls.runs.metrics({ id, keys: ['train/reward', 'eval/accuracy', 'train/loss'] })
      return found.series.map(({ step, value, flops }) => ({ step, value, flops }))
    }
    const whole6 = await rewards(atOnce)
    expect(whole6[0]!.step).toEqual([1, 2, 3, 4, 5, 6])
    expect(await rewards(rl)).toEqual(whole6)

    // A second engine of the same seed, never disturbed, gives the same losses bit for bit.
    const other = await startTestEngine(join(scratch.path, 'undisturbed'), ['--trainer', trainerProgram])
    const again = (await other.calls.runs.create({ spec })).runs
    await inState(other.calls, again[1]!, 'completed')
    const whole = await other.calls.runs.metrics({ id: again[1]!, keys: ['train/loss', 'val/loss'] })
    await other.end()
    expect(series.map(({ value }) => value)).toEqual(whole.series.map(({ value }) => value))
    expect(readFileSync(join(workspace, 'runs', rl, 'trainer.log'), 'utf8')).toContain('ended: completed')
  },
  300_000,
)
