import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalRecord } from '#shared/contract/journal.ts'
import { FakePolicy, type FakeOptions } from '../fixtures/fake-policy.ts'
import { readJournal, recordsOf, standing } from '../fixtures/journal-reader.ts'
import { writeLabRun, writeRunFile, type LabRunOptions, type StageInput } from '../fixtures/lab-run.ts'
import { readState } from '../stages/checkpoints/read-checkpoint.ts'
import { Control } from './control.ts'
import { readRunFile } from './read-run-file.ts'
import { runSession, type EndState } from './session.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'session-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const train = { set: 'uniform', rows: 40, seed: 2 } as const
const stages = {
  sft: { kind: 'sft', batch: 8, budget: { steps: 9 }, validation: { every: 3 }, evaluation: { every: 4, samples: 2 } },
  grpo: {
    kind: 'rl',
    prompts: 4,
    answers: 4,
    budget: { steps: 7 },
    evaluation: { every: 3, samples: 2 },
    updatesPerRollout: 2,
  },
  dapo: {
    kind: 'rl',
    prompts: 3,
    answers: 4,
    budget: { steps: 5 },
    evaluation: { every: 2, samples: 2 },
    objective: { type: 'dapo' },
  },
  kl: {
    kind: 'rl',
    prompts: 3,
    answers: 4,
    budget: { steps: 5 },
    evaluation: { every: 4, samples: 2 },
    objective: { type: 'grpo', kl: { coef: 0.1 } },
  },
  luffy: { kind: 'synchronized', prompts: 4, answers: 4, budget: { steps: 6 }, evaluation: { every: 4, samples: 2 } },
  upt: {
    kind: 'synchronized',
    prompts: 4,
    answers: 4,
    budget: { steps: 6 },
    objective: { type: 'upt', gate: 1, removeAfterSft: true },
    evaluation: { every: 4, samples: 2 },
  },
  prefix: {
    kind: 'synchronized',
    prompts: 4,
    answers: 4,
    budget: { steps: 5 },
    objective: { type: 'prefix-rft' },
    evaluation: { every: 4, samples: 2 },
  },
} satisfies Record<string, StageInput>

const layOut = (name: string, stage: StageInput, over: Partial<LabRunOptions> = {}): LabRunOptions => {
  const options = { folder: join(root, name), stage, train, validation: 5, test: 12, ...over }
  writeLabRun(options)
  return options
}

interface Attempt {
  readonly state: EndState
  readonly policy: FakePolicy | undefined
}

/** One attempt with a fake policy. `ask` is told of every record as it would be written, and may ask the session to end. */
async function attempt(
  folder: string,
  fake: FakeOptions = {},
  ask?: (control: Control, call: number) => void,
  engineLostMs?: number,
): Promise<Attempt> {
  const control = new Control()
  let policy: FakePolicy | undefined
  let calls = 0
  const state = await runSession({
    folder,
    run: readRunFile(folder),
    control,
    log: () => {},
    engineLostMs,
    machine: {
      backend: () => ({ name: 'tensorflow', version: 'fake', device: 'cpu', threads: 1, kernels: false }),
      makePolicy: async (options) => {
        const made = new FakePolicy(options, fake)
        for (const verb of ['train', 'generate', 'score'] as const) {
          const method = made[verb].bind(made) as (...args: never[]) => unknown
          Object.assign(made, { [verb]: (...args: never[]) => (ask?.(control, ++calls), method(...args)) })
        }
        policy ??= made
        return made
      },
    },
  })
  return { state, policy }
}

const journalOf = ({ folder }: LabRunOptions) => readJournal(join(folder, 'metrics.journal'))
const checkpointSteps = ({ folder }: LabRunOptions) =>
  readdirSync(join(folder, 'checkpoints'))
    .map(Number)
    .sort((a, b) => a - b)
const newest = (options: LabRunOptions) => {
  const step = checkpointSteps(options).at(-1)!
  return { folder: join(options.folder, 'checkpoints', String(step)), step, resume: true }
}
const weightsAt = (options: LabRunOptions, step: number) =>
  ['model.safetensors', 'optimizer.safetensors'].map((file) =>
    readFileSync(join(options.folder, 'checkpoints', String(step), file)),
  )

describe('a session', () => {
  it('writes begin, points, steps, checkpoints and end, all of them records of the contract', async () => {
    const options = layOut('sft', stages.sft)
    expect((await attempt(options.folder)).state).toBe('completed')
    const records = journalOf(options)
    expect(records[0]).toMatchObject({
      kind: 'begin',
      attempt: 1,
      fromStep: 0,
      parameters: 343_008,
      backend: { precision: 'f32' },
    })
    expect(records[1]).toMatchObject({ kind: 'progress', activity: 'preparing' })
    expect(records.at(-1)).toEqual({ kind: 'end', step: 9, state: 'completed', error: null })
    const having = (key: string) =>
      recordsOf(records, 'metrics')
        .filter(({ values }) => key in values)
        .map(({ step }) => step)
    expect(having('train/loss')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(having('val/loss')).toEqual([0, 3, 6, 9])
    expect(having('eval/accuracy')).toEqual([0, 4, 8, 9])
    expect(recordsOf(records, 'checkpoint').map(({ step, reason }) => [step, reason])).toEqual([
      [0, 'validation'],
      [3, 'validation'],
      [4, 'evaluation'],
      [6, 'validation'],
      [8, 'evaluation'],
      [9, 'end'],
    ])
    const [first] = recordsOf(records, 'evaluation')
    expect(first).toMatchObject({ k: 2, promptIds: Array.from({ length: 12 }, (_, i) => 2_000_000 + i) })
    expect(
      recordsOf(records, 'samples').every(({ purpose, samples }) => purpose === 'eval' && samples.length === 16),
    ).toBe(true)
  })

  it('asks for a GPU in vain: failed, with the remedy, before anything is made', async () => {
    const options = layOut('no-gpu', stages.sft, { device: 'gpu' })
    expect((await attempt(options.folder)).state).toBe('failed')
    const records = journalOf(options)
    expect(records.map(({ kind }) => kind)).toEqual(['begin', 'end'])
    expect(records.at(-1)).toMatchObject({ error: { code: 'backend.missing', input: 'engine.device = gpu' } })
  })

  it('keeps rollouts with reward, advantage and verdict, and experts beside them', async () => {
    const options = layOut('luffy', stages.luffy)
    await attempt(options.folder)
    const [train] = recordsOf(journalOf(options), 'samples').filter(({ purpose }) => purpose === 'train')
    expect(train!.samples.map(({ answer, expert }) => [answer, expert])).toEqual(
      [0, 1].flatMap(() => [
        [0, false],
        [1, false],
        [2, false],
        [3, true],
      ]),
    )
    for (const sample of train!.samples) {
      expect(sample.reward).toBe(sample.correct ? 1 : 0)
      expect(sample.reason === null).toBe(sample.correct)
      expect(Number.isFinite(sample.advantage)).toBe(true)
    }
    const group = train!.samples.slice(0, 4)
    expect(group.reduce((sum, { advantage }) => sum + advantage!, 0)).toBeCloseTo(0, 9) // around the mean, expert included
  })

  it.each(Object.entries(stages))(
    'resumes %s bit for bit from wherever it was paused or killed',
    async (name, stage) => {
      const whole = layOut('whole', stage)
      await attempt(whole.folder)
      const expected = standing(journalOf(whole))
      const last = checkpointSteps(whole).at(-1)!
      let runs = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ at: fc.integer({ min: 1, max: 30 }), how: fc.constantFrom('pause', 'kill') }), {
            maxLength: 3,
          }),
          async (breaks) => {
            const broken = layOut(`broken-${name}-${runs++}`, stage)
            let number = 1
            for (const { at, how } of breaks) {
              const { state } = await attempt(broken.folder, {}, (control, call) => {
                if (call !== at) return
                if (how === 'pause') control.ask('pause')
                else throw new Error('killed')
              })
              if (state === 'completed') break
              expect(state).toBe(how === 'pause' ? 'paused' : 'failed')
              const start =
                readdirSync(broken.folder).includes('checkpoints') && checkpointSteps(broken).length > 0
                  ? newest(broken)
                  : null
              writeRunFile({ ...broken, attempt: ++number, start })
            }
            await attempt(broken.folder)
            expect(standing(journalOf(broken))).toEqual(expected)
            expect(weightsAt(broken, last)).toEqual(weightsAt(whole, last))
            rmSync(broken.folder, { recursive: true })
          },
        ),
        { numRuns: 12 },
      )
    },
  )

  it('pauses inside an evaluation and makes that evaluation whole afterwards', async () => {
    const options = layOut('paused', { ...stages.grpo, evaluation: { every: 3, samples: 64 } }, { test: 40 })
    const { state } = await attempt(options.folder, {}, (control, call) => {
      if (call === 2) control.ask('pause') // the second batch of the evaluation at step 0
    })
    expect(state).toBe('paused')
    expect(recordsOf(journalOf(options), 'evaluation')).toEqual([])
    expect(recordsOf(journalOf(options), 'checkpoint')).toMatchObject([{ step: 0, reason: 'pause' }])
    writeRunFile({ ...options, attempt: 2, start: newest(options) })
    await attempt(options.folder)
    expect(recordsOf(journalOf(options), 'evaluation').map(({ step }) => step)).toEqual([0, 3, 6, 7])
  })

  it('stops when asked, with its weights saved', async () => {
    const options = layOut('stopped', stages.sft)
    const { state } = await attempt(options.folder, {}, (control, call) => {
      if (call === 12) control.ask('stop')
    })
    expect(state).toBe('stopped')
    const end = journalOf(options).at(-1) as Extract<JournalRecord, { kind: 'end' }>
    expect(end).toMatchObject({ state: 'stopped', error: null })
    expect(checkpointSteps(options)).toContain(end.step)
  })

  it('keeps what a pause saved at a validation point under that name', async () => {
    const options = layOut('valid', { ...stages.sft, evaluation: { every: 3, samples: 2 } })
    // Calls: score, generate x2 (step 0), train x3, score, generate: in the evaluation at step 3, after its validation.
    await attempt(options.folder, {}, (control, call) => {
      if (call === 8) control.ask('pause')
    })
    expect(readState(newest(options).folder)).toMatchObject({
      reason: 'validation',
      position: { step: 3, validated: 3, evaluated: 0 },
    })
  })

  it.each([
    ['NaN', { loss: Number.NaN, applied: false }, 'the loss became NaN'],
    [
      'an infinite gradient',
      { gradNorm: Number.POSITIVE_INFINITY, applied: false },
      'the gradient norm became Infinity',
    ],
    ['an explosion', { loss: 1e3 }, 'the loss exploded'],
  ])('fails on %s, naming the step, the rows and the last good checkpoint', async (_, change, words) => {
    const options = layOut('nan', stages.sft)
    const { state, policy } = await attempt(options.folder, {
      trainResult: (call, usual) => (call === 5 ? { ...usual, ...change } : usual),
    })
    expect(state).toBe('failed')
    expect(policy!.calls.trained).toHaveLength(5)
    const end = journalOf(options).at(-1) as Extract<JournalRecord, { kind: 'end' }>
    expect(end.error).toMatchObject({ code: 'run.diverged' })
    expect(end.error!.message).toContain(`At step 5 ${words}`)
    expect(end.error!.input).toMatch(/^run r1, step 5, batch of rows (\d+, ){7}\d+$/)
    expect(end.error!.remedy).toContain('The last good checkpoint is step 4')
    expect(checkpointSteps(options)).toEqual([0, 3, 4])
  })

  it('keeps the last checkpoints and those at validation points, and never a pinned one', async () => {
    const options = layOut('kept', { ...stages.sft, checkpoints: { every: 1, keepLast: 2 } })
    await attempt(options.folder)
    expect(checkpointSteps(options)).toEqual([0, 3, 6, 8, 9])
    expect(recordsOf(journalOf(options), 'checkpoint-removed').map(({ step }) => step)).toEqual([1, 2, 4, 5, 7])
  })

  it('ends at the FLOPs asked for, within half a step, counting the stages before', async () => {
    const free = layOut('free', stages.grpo)
    await attempt(free.folder)
    const flopsAt = (options: LabRunOptions) => recordsOf(journalOf(options), 'metrics').at(-1)!.flops
    const total = flopsAt(free) * 0.6
    const bound = layOut(
      'bound',
      { ...stages.grpo, budget: { steps: 100, totalFlops: total + 5e9 } },
      { before: { flops: 5e9, tokens: 1 } },
    )
    await attempt(bound.folder)
    expect(Math.abs(flopsAt(bound) - total)).toBeLessThanOrEqual((flopsAt(free) / 7) * 0.75)
  })

  it('goes on beyond its end when its budget is extended, as if it had never ended', async () => {
    const long = layOut('long', { ...stages.grpo, budget: { steps: 7 } })
    await attempt(long.folder)
    const short = layOut('short', { ...stages.grpo, budget: { steps: 4 } })
    await attempt(short.folder)
    writeRunFile({ ...short, stage: { ...stages.grpo, budget: { steps: 7 } }, attempt: 2, start: newest(short) })
    expect((await attempt(short.folder)).state).toBe('completed')
    expect(weightsAt(short, 7)).toEqual(weightsAt(long, 7))
  })

  it("refuses to resume with other settings, or with another run's checkpoint", async () => {
    const options = layOut('mine', stages.sft)
    await attempt(options.folder)
    const failure = () => (journalOf(options).at(-1) as Extract<JournalRecord, { kind: 'end' }>).error
    writeRunFile({ ...options, stage: { ...stages.sft, learningRate: 0.5 }, attempt: 2, start: newest(options) })
    expect((await attempt(options.folder)).state).toBe('failed')
    expect(failure()).toMatchObject({
      code: 'checkpoint.incompatible',
      message: 'The run was begun with other settings than it is resumed with.',
    })
    writeRunFile({ ...options, run: 'r2', attempt: 3, start: newest(options) })
    await attempt(options.folder)
    expect(failure()).toMatchObject({
      code: 'checkpoint.incompatible',
      message: 'The checkpoint belongs to run r1, not to r2.',
    })
  })

  it("starts a new stage from its parent's weights with a fresh optimiser", async () => {
    const parent = layOut('parent', stages.sft)
    await attempt(parent.folder)
    const child = layOut('child', stages.grpo, { run: 'r2', start: { ...newest(parent), resume: false } })
    const { policy } = await attempt(child.folder)
    const { start } = policy!.options
    expect(start).toMatchObject({ optimiserStep: 0 })
    expect('moments' in start).toBe(false)
    expect(recordsOf(journalOf(child), 'begin')).toMatchObject([{ fromStep: 0 }])
  })

  it('stops with words and saved weights when dynamic sampling finds nothing to learn from', async () => {
    const options = layOut('dapo', stages.dapo)
    const { state } = await attempt(options.folder, { skill: () => 1 })
    expect(state).toBe('stopped')
    const end = journalOf(options).at(-1) as Extract<JournalRecord, { kind: 'end' }>
    expect(end.error).toMatchObject({ code: 'input.empty' })
    expect(end.error!.message).toMatch(/After 10 rounds only 0 of 3 prompts are partly right.*weights saved\.$/)
    expect(checkpointSteps(options)).toEqual([0])
  })

  it('begins and ends with words even without a backend', async () => {
    const options = layOut('none', stages.sft)
    rmSync(join(options.folder, 'data.jsonl'))
    expect((await attempt(options.folder)).state).toBe('failed')
    expect(journalOf(options).map(({ kind }) => kind)).toEqual(['begin', 'progress', 'end'])
    expect(journalOf(options).at(-1)).toMatchObject({ error: { code: 'file.missing' } })
  })

  it('pauses itself when there is no engine for too long, and says so', async () => {
    const options = layOut(
      'alone',
      { ...stages.sft, budget: { steps: 100_000 } },
      { socket: join(root, 'nobody.sock') },
    )
    expect((await attempt(options.folder, {}, undefined, 60)).state).toBe('paused')
    expect(recordsOf(journalOf(options), 'event').at(-1)).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('No engine for'),
    })
    expect(checkpointSteps(options).length).toBeGreaterThan(0)
  })

  it('pauses on a full disk with its last good checkpoint', async (context) => {
    const disk = join(root, 'disk')
    execFileSync('mkdir', [disk])
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', disk], { stdio: 'ignore' })
    } catch {
      return context.skip('needs the right to mount a small disk')
    }
    try {
      const options = layOut('disk', { ...stages.sft, validation: { every: 1 } })
      expect((await attempt(options.folder)).state).toBe('paused')
      expect(journalOf(options).at(-1)).toMatchObject({
        kind: 'end',
        state: 'paused',
        error: { code: 'workspace.full' },
      })
      const kept = checkpointSteps(options)
      expect(kept.length).toBeGreaterThan(0)
      expect(recordsOf(journalOf(options), 'checkpoint').map(({ step }) => step)).toEqual(kept)
    } finally {
      execFileSync('umount', [disk])
    }
  })
})
