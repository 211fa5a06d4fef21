import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ExperimentSpec } from '#shared/experiment/spec.ts'
import { scratchFolder, startTestEngine, type TestEngine } from '../fixtures/test-engine.ts'

let scratch: ReturnType<typeof scratchFolder>
let engine: TestEngine
beforeEach(async () => {
  vi.stubEnv('SWITCHPOINT_BACKEND', 'wasm')
  scratch = scratchFolder()
  engine = await startTestEngine(join(scratch.path, 'workspace'))
})
afterEach(async () => {
  await engine.end()
  scratch.remove()
  vi.unstubAllEnvs()
})

const spec = (over: object) =>
  ExperimentSpec.parse({ name: 'tried', stages: [{ kind: 'pretrain', budget: { steps: 2 } }], ...over })

const refusal = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: { data: unknown }) => error.data,
  )

describe('without TensorFlow', () => {
  it('takes a run of the smallest preset in f32', async () => {
    const { runs } = await engine.calls.runs.create({ spec: spec({}) })
    expect(runs).toHaveLength(1)
  })

  it.each([
    [{ model: 'lab-3m' }, 'model lab-3m'],
    [{ engine: { precision: 'bf16-matmul' } }, 'engine.precision = bf16-matmul'],
    [{ engine: { device: 'gpu' } }, 'engine.device = gpu'],
  ])('refuses %j when it is made and when it is estimated', async (over, input) => {
    const failure = { code: 'input.invalid', input, remedy: expect.stringContaining('SWITCHPOINT_BACKEND') }
    expect(await refusal(engine.calls.runs.create({ spec: spec(over) }))).toMatchObject(failure)
    expect(await refusal(engine.calls.runs.estimate({ spec: spec(over) }))).toMatchObject(failure)
    expect((await engine.calls.runs.list({})).runs).toEqual([])
  })

  it('refuses every study, with the remedy', async () => {
    const { studies } = engine.calls
    const failure = (study: string) => ({
      code: 'backend.missing',
      message: expect.stringContaining(`\`study ${study}\` needs TensorFlow`),
      remedy: expect.stringContaining('npm start -- provision'),
    })
    expect(await refusal(studies.startQuick({ seed: 1 }))).toMatchObject(failure('quick'))
    expect(await refusal(studies.startPaper({ budgetMinutes: 60 }))).toMatchObject(failure('paper'))
    expect(await refusal(studies.startSwitch({ run: 'run_aaaaaaaa' }))).toMatchObject(failure('switch'))
    expect(await refusal(studies.resume({ id: 'study_aaaaaaaa' }))).toMatchObject(failure('resume'))
    expect((await studies.list({})).studies).toEqual([])
  })
})
