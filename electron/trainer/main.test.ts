/**
 * The real process with the real policy: killed with SIGKILL at random moments and resumed, it must end with the very bytes of one
 * that was never disturbed. Needs TensorFlow (set-up provides it).
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { readJournal, recordsOf, standing } from './fixtures/journal-reader.ts'
import { writeLabRun, writeRunFile, type LabRunOptions, type StageInput } from './fixtures/lab-run.ts'

// Hang guards, not speed limits: a start takes two seconds on a quiet machine, many on a busy one.
vi.setConfig({ testTimeout: 200_000, hookTimeout: 200_000 })

const main = join(import.meta.dirname, 'main.ts')
const root = mkdtempSync(join(tmpdir(), 'trainer-'))
const graphCache = join(root, 'graphs')
const started: ChildProcess[] = []

const start = (folder: string): ChildProcess => {
  const child = spawn(process.execPath, [main, folder], { stdio: 'ignore' })
  started.push(child)
  return child
}
const exit = async (child: ChildProcess): Promise<number | string> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode ?? child.exitCode!
}

const evaluation = { every: 2, samples: 2 }
const stages = {
  sft: { kind: 'sft', batch: 8, budget: { steps: 6 }, validation: { every: 2 }, evaluation, checkpoints: { every: 1 } },
  grpo: {
    kind: 'rl',
    prompts: 4,
    answers: 4,
    updatesPerRollout: 2,
    budget: { steps: 4 },
    evaluation,
    checkpoints: { every: 1 },
  },
  luffy: { kind: 'synchronized', prompts: 4, answers: 4, budget: { steps: 4 }, evaluation, checkpoints: { every: 1 } },
} satisfies Record<string, StageInput>

const base: LabRunOptions = {
  folder: join(root, 'base'),
  stage: { kind: 'pretrain', batch: 32, budget: { steps: 30 }, evaluation: { every: 1000, samples: 1 } },
  train: { set: 'base', rows: 960, seed: 1 },
  run: 'base',
  graphCache,
}
const fromBase = { folder: join(root, 'base', 'checkpoints', '30'), step: 30, resume: false }

const layOut = (name: string, stage: StageInput, over: Partial<LabRunOptions> = {}): LabRunOptions => {
  const options = {
    folder: join(root, name),
    stage,
    train: { set: 'uniform', rows: 64, seed: 2 },
    validation: 20,
    test: 24,
    run: name,
    start: fromBase,
    graphCache,
    ...over,
  } as const
  writeLabRun(options)
  return options
}
const journalOf = ({ folder }: LabRunOptions) => readJournal(join(folder, 'metrics.journal'))
const checkpoints = ({ folder }: LabRunOptions) =>
  existsSync(join(folder, 'checkpoints'))
    ? readdirSync(join(folder, 'checkpoints'))
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .sort((a, b) => a - b)
    : []
const bytesAt = (options: LabRunOptions, step: number) =>
  ['model.safetensors', 'optimizer.safetensors'].map((file) =>
    readFileSync(join(options.folder, 'checkpoints', String(step), file)),
  )

beforeAll(async () => {
  writeLabRun(base)
  expect(await exit(start(base.folder))).toBe(0)
})
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('the trainer process', () => {
  it.each(Object.entries(stages))(
    'ends %s with the same bytes, killed and resumed or not',
    async (kind, stage) => {
      const whole = layOut(`${kind}-whole`, stage, { run: kind })
      expect(await exit(start(whole.folder))).toBe(0)
      const last = checkpoints(whole).at(-1)!
      const broken = layOut(`${kind}-broken`, stage, { run: kind })
      let attempt = 1
      for (; attempt <= 3; attempt++) {
        const child = start(broken.folder)
        // From the first steps of this attempt on, at a moment of chance.
        const steps = () =>
          existsSync(join(broken.folder, 'metrics.journal')) ? recordsOf(journalOf(broken), 'metrics').length : 0
        const before = steps()
        await vi.waitFor(() => expect(steps() > before + 1 || child.exitCode !== null).toBe(true), {
          timeout: 120_000,
          interval: 3,
        })
        await sleep(Math.random() * 150)
        child.kill('SIGKILL')
        const how = await exit(child)
        if (how === 0) break
        expect(how).toBe('SIGKILL')
        const newest = checkpoints(broken).at(-1)
        const from =
          newest === undefined
            ? fromBase
            : { folder: join(broken.folder, 'checkpoints', String(newest)), step: newest, resume: true }
        writeRunFile({ ...broken, attempt: attempt + 1, start: from })
      }
      expect(await exit(start(broken.folder))).toBe(0)
      expect(standing(journalOf(broken))).toEqual(standing(journalOf(whole)))
      expect(bytesAt(broken, last)).toEqual(bytesAt(whole, last))
      expect(journalOf(broken).at(-1)).toMatchObject({ kind: 'end', state: 'completed' })
    },
    400_000,
  )

  it('pauses on SIGTERM within a step, saves, and exits with 0', async () => {
    const options = layOut('term', { ...stages.grpo, budget: { steps: 100_000 } })
    const child = start(options.folder)
    await vi.waitFor(() => expect(checkpoints(options).length).toBeGreaterThan(1), { timeout: 120_000 })
    child.kill('SIGTERM')
    expect(await exit(child)).toBe(0)
    const end = journalOf(options).at(-1)
    expect(end).toMatchObject({ kind: 'end', state: 'paused', error: null })
    expect(checkpoints(options).at(-1)).toBe((end as { step: number }).step)
  })

  it('tells its engine how far the journal is, and stops when the engine says so', async () => {
    const socket = join(root, 'engine.sock')
    const lengths: number[] = []
    let trainer: WebSocket | undefined
    const server = createServer()
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (client, request) => {
      expect(request.headers.authorization).toBe('Bearer secret')
      trainer = client
      client.on('message', (data) => lengths.push((JSON.parse(String(data)) as { length: number }).length))
    })
    server.listen(socket)
    const options = layOut('told', { ...stages.grpo, budget: { steps: 100_000 } }, { socket })
    const child = start(options.folder)
    await vi.waitFor(() => expect(lengths.length).toBeGreaterThan(3), { timeout: 120_000 })
    trainer!.send(JSON.stringify({ command: 'stop' }))
    expect(await exit(child)).toBe(0)
    expect(journalOf(options).at(-1)).toMatchObject({ kind: 'end', state: 'stopped' })
    const length = readFileSync(join(options.folder, 'metrics.journal')).length
    await vi.waitFor(() => expect(lengths.at(-1)).toBe(length), { timeout: 30_000 })
    server.close()
  })

  it('fails with words and exit code 1 on a folder without a run, 2 without a folder', async () => {
    const log: string[] = []
    const child = spawn(process.execPath, [main, join(root, 'nowhere')], { stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr!.on('data', (data) => log.push(String(data)))
    expect(await exit(child)).toBe(1)
    await vi.waitFor(() => expect(log.join('')).toContain('"code":"file.missing"'), { timeout: 30_000 })
    expect(await exit(spawn(process.execPath, [main], { stdio: 'ignore' }))).toBe(2)
  })
})
