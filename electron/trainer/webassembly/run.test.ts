/**
 * A whole run without TensorFlow, in the real trainer process: pretraining, SFT, GRPO from its checkpoint; interrupted and resumed it
 * ends with the very bytes of one that was not.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { webAssemblyWarning } from '#shared/experiment/webassembly.ts'
import { readJournal, recordsOf, standing } from '../fixtures/journal-reader.ts'
import { writeLabRun, writeRunFile, type LabRunOptions, type StageInput } from '../fixtures/lab-run.ts'

vi.setConfig({ testTimeout: 200_000, hookTimeout: 200_000 })

const main = join(import.meta.dirname, '..', 'main.ts')
const root = mkdtempSync(join(tmpdir(), 'webassembly-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

// No addon either: where TensorFlow is missing, nothing may look for it.
const env = { ...process.env, SWITCHPOINT_BACKEND: 'wasm', SWITCHPOINT_TF_ADDON: join(root, 'no-addon') }
const start = (folder: string): ChildProcess => spawn(process.execPath, [main, folder], { stdio: 'ignore', env })
async function exit(child: ChildProcess): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode ?? child.exitCode!
}

const stages = {
  sft: { kind: 'sft', batch: 4, budget: { steps: 4 }, validation: { every: 2 } },
  grpo: { kind: 'rl', prompts: 2, answers: 2, updatesPerRollout: 2, budget: { steps: 3 } },
} satisfies Record<string, StageInput>

function layOut(run: string, name: string, stage: StageInput, over: Partial<LabRunOptions> = {}): LabRunOptions {
  const options = {
    folder: join(root, name),
    stage: { ...stage, evaluation: { every: 2, samples: 1 }, checkpoints: { every: 1 } } as StageInput,
    train: { set: 'uniform', rows: 16, seed: 2 },
    ...{ validation: 4, test: 4, run },
    ...over,
  } as const
  writeLabRun(options)
  return options
}
const journalOf = ({ folder }: LabRunOptions) => readJournal(join(folder, 'metrics.journal'))
const at = ({ folder }: LabRunOptions, step: number) => join(folder, 'checkpoints', String(step))
const bytesAt = (options: LabRunOptions, step: number) =>
  ['model.safetensors', 'optimizer.safetensors'].map((file) => readFileSync(join(at(options, step), file)))

/** Killed with SIGKILL as soon as a step stands in its journal after a checkpoint, then resumed from that checkpoint. */
async function interrupted(options: LabRunOptions): Promise<void> {
  const child = start(options.folder)
  const kept = () => recordsOf(journalOf(options), 'checkpoint').filter(({ step }) => step > 0)
  await vi.waitFor(() => expect(kept().length).toBeGreaterThan(0), { timeout: 120_000, interval: 3 })
  child.kill('SIGKILL')
  await exit(child)
  const { step } = kept().at(-1)!
  writeRunFile({ ...options, attempt: 2, start: { folder: at(options, step), step, resume: true } })
  expect(await exit(start(options.folder))).toBe(0)
}

describe('SFT, then GRPO from its checkpoint', () => {
  const sft = layOut('sft', 'sft', stages.sft)
  beforeAll(async () => expect(await exit(start(sft.folder))).toBe(0))

  it('says loudly what it runs on, and learns', () => {
    const records = journalOf(sft)
    expect(records[0]).toMatchObject({ kind: 'begin', backend: { name: 'tfjs-wasm', version: '4.22.0', device: 'cpu', threads: 1, precision: 'f32' } }) // prettier-ignore
    expect(records[1]).toEqual({ kind: 'event', step: 0, level: 'warning', text: webAssemblyWarning })
    expect(records.at(-1)).toMatchObject({ kind: 'end', state: 'completed' })
    const losses = recordsOf(records, 'metrics').flatMap(({ values }) => values['val/loss'] ?? [])
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
  })

  it('ends with the same bytes, killed and resumed or not', async () => {
    const start0 = { folder: at(sft, 4), step: 4, resume: false }
    const broken = layOut('sft', 'sft-broken', stages.sft)
    await interrupted(broken)
    expect(bytesAt(broken, 4)).toEqual(bytesAt(sft, 4))
    const whole = layOut('grpo', 'grpo', stages.grpo, { start: start0 })
    expect(await exit(start(whole.folder))).toBe(0)
    const cut = layOut('grpo', 'grpo-broken', stages.grpo, { start: start0 })
    await interrupted(cut)
    expect(bytesAt(cut, 3)).toEqual(bytesAt(whole, 3))
    expect(standing(journalOf(cut))).toEqual(standing(journalOf(whole)))
  })
})

it('refuses precision beyond f32, with the remedy', async () => {
  const options = layOut('bf16', 'bf16', stages.sft)
  const run = JSON.parse(readFileSync(join(options.folder, 'run.json'), 'utf8')) as { engine: object }
  writeFileSync(join(options.folder, 'run.json'), JSON.stringify({ ...run, engine: { ...run.engine, precision: 'bf16-matmul' } })) // prettier-ignore
  expect(await exit(start(options.folder))).toBe(1)
  expect(journalOf(options).at(-1)).toMatchObject({
    kind: 'end',
    state: 'failed',
    error: { code: 'input.invalid', input: 'engine.precision = bf16-matmul', remedy: expect.stringContaining('SWITCHPOINT_BACKEND') }, // prettier-ignore
  })
})
