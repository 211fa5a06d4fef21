/** A switch search with the real trainer, small: the lab task, two candidates. Needs TensorFlow; without it this says so loudly. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ExperimentSpec } from '#shared/experiment/spec.ts'
import { scratchFolder, startTestEngine, type TestEngine } from '../../fixtures/test-engine.ts'
import { trainerProgram } from '../../runs/trainer-process.ts'
import { probeBackend } from '../../system/backend-probe.ts'

const scratch = scratchFolder()
let engine: TestEngine
const backend = await probeBackend().catch((error: Error) => error)
const isMissing = backend instanceof Error
if (isMissing) process.stderr.write(`SKIPPED: the switch search with the real trainer: ${backend.message}\n`)

beforeAll(async () => {
  engine = await startTestEngine(join(scratch.path, 'workspace'), ['--trainer', trainerProgram])
})
afterAll(async () => {
  await engine.end()
  scratch.remove()
})

const test = { lab: { set: 'uniform', rows: 16, seed: 9001 } }
const evaluation = { every: 10, samples: 2, data: test }
const spec = ExperimentSpec.parse({
  name: 'small',
  engine: { threads: 1 },
  stages: [
    { kind: 'pretrain', budget: { steps: 6 }, data: { lab: { set: 'base', rows: 200 } }, evaluation },
    {
      kind: 'sft',
      budget: { steps: 20 },
      batch: 8,
      data: { lab: { set: 'uniform', rows: 40 } },
      validation: { every: 10, data: { lab: { set: 'uniform', rows: 16, seed: 9002 } } },
      evaluation,
    },
    {
      kind: 'rl',
      budget: { steps: 8 },
      prompts: 4,
      answers: 4,
      data: { lab: { set: 'uniform', rows: 64 } },
      evaluation,
    },
  ],
})

it.skipIf(isMissing)(
  'branches, evaluates, extends and chooses within its budget',
  async () => {
    const { id } = await engine.calls.studies.startSwitch({ spec, steps: [10, 20], evaluations: 4, budgetShare: 0.8 })
    const search = await vi.waitFor(
      async () => {
        const found = await engine.calls.studies.switchSearch({ id })
        if (found.state === 'running') throw new Error(`${found.now}, ${found.done}`)
        return found
      },
      { timeout: 200_000, interval: 200 },
    )
    expect(search).toMatchObject({ state: 'done', error: null })
    expect([10, 20]).toContain(search.chosen!.step)
    // FLOPs of a step vary: half a step of overshoot at most.
    expect(search.computeShare).toBeLessThan(0.95)
    for (const { run, points, pSft, forecast } of search.candidates) {
      expect(points.length).toBeGreaterThanOrEqual(2)
      expect(pSft).toBeGreaterThanOrEqual(0)
      expect(forecast.hi).toBeGreaterThanOrEqual(forecast.lo)
      const { attempts, checkpoints, spec: stage } = await engine.calls.runs.get({ id: run! })
      expect(attempts).toBeGreaterThanOrEqual(1)
      expect(checkpoints.length).toBeGreaterThan(0)
      expect(stage!.checkpoints).toEqual({ keepLast: 2 })
    }
    expect(search.decisions.some(({ kind }) => kind === 'extend')).toBe(true)
  },
  240_000,
)
