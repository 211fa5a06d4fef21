/** The command line as programs and people use it, against an engine with the fake trainer. */
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { inState, pastStep, scratchFolder, startTestEngine, type TestEngine } from '../engine/fixtures/test-engine.ts'
import { bornAt } from '../engine/process-identity.ts'
import { ended, environmentIn, startCommand, type Ended } from './fixtures/command.ts'

const scratch = scratchFolder()
const workspace = join(scratch.path, 'workspace')
let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine(workspace)
})
afterAll(async () => {
  await engine.end()
  scratch.remove()
})

const environment = environmentIn(scratch.path)
const start = (args: readonly string[], env: NodeJS.ProcessEnv = environment) => startCommand(args, env)
const cli = (...args: string[]) => ended(start([...args, '--workspace', workspace]))

/** Exactly one JSON document on standard output. */
function documentOf({ stdout }: Ended): Record<string, unknown> {
  expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  return JSON.parse(stdout) as Record<string, unknown>
}

const spec = (name: string, steps: number, does: object = {}) => {
  const small = '{ lab: { set: uniform, rows: 3, seed: 5 } }'
  const path = join(scratch.path, `${name}.yaml`)
  writeFileSync(
    path,
    `name: ${name}\nengine: { threads: 1 }\nstages:\n  - kind: sft\n    name: 'fake ${JSON.stringify(does)}'\n    budget: { steps: ${steps} }\n` +
      `    data: ${small}\n    validation: { data: ${small} }\n    evaluation: { data: ${small} }\n`,
  )
  return path
}

describe('usage', () => {
  it.each([
    [['nonsense'], 2],
    [['run'], 2],
    [['run', 'start'], 2],
    [['run', 'list', '--colour'], 2],
    [['--help'], 0],
    [['run', 'start', '--help'], 0],
    [['--version'], 0],
  ])('%j ends with %i', async (args, code) => expect((await ended(start(args))).code).toBe(code))

  it('gives programs a document for a mistyped command too', async () => {
    const result = await ended(start(['nonsense', '--json']))
    expect(documentOf(result)).toMatchObject({
      error: { code: 'input.invalid', message: expect.stringContaining('nonsense') as string },
    })
  })
})

describe('run', () => {
  it('start follows to the end; list, show and metrics tell what came out', async () => {
    const result = await cli('run', 'start', spec('whole', 12), '--json')
    expect(result.code).toBe(0)
    const { runs, state } = documentOf(result) as { runs: string[]; state: string }
    expect(state).toBe('completed')
    const shown = documentOf(await cli('run', 'show', runs[0]!, '--json'))
    expect(shown).toMatchObject({
      ...{
        id: runs[0],
        name: expect.any(String) as string,
        parent: null,
        parentStep: null,
        stage: 'sft',
        state: 'completed',
        step: 12,
        steps: 12,
      },
      ...{ trainerPid: null, enginePid: engine.pid, error: null, last: { 'train/loss': 1 / 12 } },
    })
    expect((shown['checkpoints'] as { path: string }[])[0]!.path).toBe(
      join(workspace, 'runs', runs[0]!, 'checkpoints', '0'),
    )
    const { series } = documentOf(await cli('run', 'metrics', runs[0]!, '--json')) as {
      series: Record<string, number[][]>
    }
    expect(series['train/loss']).toHaveLength(12)
    expect(series['train/loss']![0]).toEqual([1, 10, 3, 1, 1])
    const listed = documentOf(await cli('run', 'list', '--json')) as { runs: { id: string }[] }
    expect(listed.runs.map(({ id }) => id)).toContain(runs[0])
    expect((await cli('run', 'list')).stdout).toContain(runs[0])
  })

  it('start --detach comes back at once; stop ends it', async () => {
    const { runs } = documentOf(
      await cli('run', 'start', spec('detached', 100_000, { stepMs: 5 }), '--detach', '--json'),
    ) as { runs: string[] }
    await pastStep(engine.calls, runs[0]!, 2)
    expect(documentOf(await cli('run', 'stop', runs[0]!, '--json'))).toMatchObject({ id: runs[0], state: 'stopped' })
  })

  it('start on a failing run ends with 1 and the facts', async () => {
    const result = await cli('run', 'start', spec('failing', 20, { failAt: 4 }), '--json')
    expect(result.code).toBe(1)
    expect(documentOf(result)).toMatchObject({ state: 'failed', error: { code: 'run.diverged', input: 'step 4' } })
  })

  it('Ctrl-C pauses the run, ends with 130, and resume goes on', async () => {
    const child = start([
      'run',
      'start',
      spec('interrupted', 100_000, { stepMs: 5 }),
      '--json',
      '--workspace',
      workspace,
    ])
    const done = ended(child)
    let id = ''
    await expect
      .poll(
        async () => {
          const run = (await engine.calls.runs.list({})).runs.find((each) => each.experiment === 'interrupted')
          id = run?.id ?? ''
          return run?.step ?? 0
        },
        { timeout: 60_000 },
      )
      .toBeGreaterThan(3)
    child.kill('SIGINT')
    const result = await done
    expect(result.code).toBe(130)
    expect(documentOf(result)).toMatchObject({
      runs: [id],
      state: 'paused',
      error: { code: 'cancelled', remedy: expect.stringContaining(id) as string },
    })
    await cli('run', 'resume', id, '--detach')
    await inState(engine.calls, id, 'running')
    await cli('run', 'stop', id)
  })

  it('start outlives a killed engine: it starts the next one and follows on', async () => {
    const own = join(scratch.path, 'restarted')
    const other = await startTestEngine(own)
    const done = ended(start(['run', 'start', spec('outlives', 100, { stepMs: 20 }), '--json', '--workspace', own]))
    await expect
      .poll(async () => (await other.calls.runs.list({})).runs[0]?.step ?? 0, { timeout: 60_000 })
      .toBeGreaterThan(3)
    await other.kill()
    const result = await done
    expect(documentOf(result)).toMatchObject({ state: 'completed' })
    expect(result.code).toBe(0)
    const lock = documentOf(await ended(start(['engine', 'ensure', '--json', '--workspace', own]))) as { pid: number }
    process.kill(lock.pid, 'SIGTERM')
    await expect.poll(() => bornAt(lock.pid), { timeout: 60_000 }).toBeNull()
  })

  it.each([
    ['no such spec', ['run', 'start', 'nothing.yaml'], 'file.missing'],
    ['no such run', ['run', 'show', 'run_0000'], 'run.not_found'],
    ['an id that is none', ['run', 'show', '../x'], 'input.invalid'],
  ])('%s ends with 3 and names it', async (_name, args, code) => {
    const result = await cli(...args, '--json')
    expect(result.code).toBe(3)
    expect(documentOf(result)).toMatchObject({
      error: {
        code,
        message: expect.any(String) as string,
        input: expect.any(String) as string,
        remedy: expect.any(String) as string,
      },
    })
  })

  it('says in which line of a spec something is wrong', async () => {
    writeFileSync(join(scratch.path, 'wrong.yaml'), 'name: x\nstages:\n  - kind: sft\n    batch: -1\n')
    // A relative path is the user's.
    const result = await cli('run', 'start', 'wrong.yaml')
    expect(result.code).toBe(3)
    expect(result.stderr).toContain(`${join(scratch.path, 'wrong.yaml')}:4`)
    expect(result.stdout).toBe('')
  })

  it('tells progress as NDJSON on standard error where that is no terminal', async () => {
    const { stderr } = await cli('run', 'start', spec('progress', 200, { stepMs: 10 }), '--json')
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { progress: object })
    expect(lines[0]!.progress).toMatchObject({
      label: expect.any(String) as string,
      share: expect.any(Number) as number,
    })
  })
})

describe('engine ensure', () => {
  it('joins the engine that lives', async () => {
    expect(documentOf(await cli('engine', 'ensure', '--json'))).toEqual({
      socket: engine.socket,
      token: engine.token,
      pid: engine.pid,
      workspace,
      started: false,
    })
  })

  it('starts one for a workspace that has none, whatever its path, once for all who ask', async () => {
    const odd = join(scratch.path, 'ein Ordner mit ümläuten & sehr langem Namen '.repeat(3))
    mkdirSync(odd)
    const all = await Promise.all([1, 2, 3].map(() => ended(start(['engine', 'ensure', '--json', '--workspace', odd]))))
    const documents = all.map(documentOf) as { pid: number; socket: string; started: boolean }[]
    expect(new Set(documents.map(({ pid }) => pid)).size).toBe(1)
    expect(documents.filter(({ started }) => started)).toHaveLength(1)
    expect(Buffer.byteLength(documents[0]!.socket)).toBeLessThan(108)
    process.kill(documents[0]!.pid, 'SIGTERM')
    await expect.poll(() => bornAt(documents[0]!.pid), { timeout: 60_000 }).toBeNull()
  })
})

describe('serve', () => {
  it('listens on loopback, starts a killed engine again at the same address, and ends with its process', async () => {
    const own = join(scratch.path, 'served')
    const child = start(['serve', '--json', '--workspace', own])
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const said = JSON.parse(line) as { url: string; pid: number; enginePid: number }
    const url = new URL(said.url)
    expect([url.hostname, said.pid]).toEqual(['127.0.0.1', child.pid])
    const opens = async () => {
      const socket = new WebSocket(`ws://${url.host}/rpc`, [
        'switchpoint',
        `switchpoint.token.${url.hash.slice('#token='.length)}`,
      ])
      socket.on('error', () => {})
      const isOpen = await Promise.race([
        once(socket, 'open').then(() => true),
        once(socket, 'close').then(() => false),
      ]).catch(() => false)
      socket.terminate()
      return isOpen
    }
    expect(await opens()).toBe(true)
    process.kill(said.enginePid, 'SIGKILL')
    await expect.poll(() => bornAt(said.enginePid), { timeout: 60_000 }).toBeNull()
    await expect.poll(opens, { timeout: 60_000, interval: 200 }).toBe(true)
    const done = once(child, 'exit')
    child.kill('SIGTERM')
    expect((await done)[0]).toBe(0)
    await expect.poll(opens, { timeout: 60_000, interval: 100 }).toBe(false)
    const lock = documentOf(await ended(start(['engine', 'ensure', '--json', '--workspace', own]))) as { pid: number }
    process.kill(lock.pid, 'SIGTERM')
    await expect.poll(() => bornAt(lock.pid), { timeout: 60_000 }).toBeNull()
  })

  it('says that a port is taken', async () => {
    const { createServer } = await import('node:net')
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const result = await cli('serve', '--port', String(port), '--json')
    taken.close()
    expect(result.code).toBe(3)
    expect(documentOf(result)).toMatchObject({ error: { message: `Port ${port} is taken.` } })
  })
})

describe('datasets', () => {
  it('imports with rejected rows named by line, and exports', async () => {
    const file = join(scratch.path, 'gsm8k.jsonl')
    const row = (n: number) =>
      JSON.stringify({ question: `What is ${n} plus 1?`, answer: `It is <<${n}+1=${n + 1}>>${n + 1}.\n#### ${n + 1}` })
    writeFileSync(file, `${row(1)}\n{broken\n${row(2)}\n${row(3)}\n`)
    const result = await cli('dataset', 'import', 'gsm8k.jsonl', '--json')
    expect(result.code).toBe(0)
    const { dataset, rows, rejected } = documentOf(result) as {
      dataset: string
      rows: number
      rejected: { line: number; reason: string }[]
    }
    expect([rows, rejected.map(({ line }) => line)]).toEqual([3, [2]])
    const { datasets } = documentOf(await cli('dataset', 'list', '--json')) as { datasets: { id: string }[] }
    expect(datasets.map(({ id }) => id)).toContain(dataset)
    const written = documentOf(await cli('dataset', 'export', dataset, '--out', 'out.jsonl', '--json'))
    expect(written).toEqual({ path: join(scratch.path, 'out.jsonl'), rows: 3 })
    writeFileSync(
      join(scratch.path, 'recipe.yaml'),
      `dataset: ${dataset}\nname: all\nscorer: steps\nstrategy: all\nsplit: { validation: 1, test: 1 }\n`,
    )
    expect(documentOf(await cli('subset', 'create', 'recipe.yaml', '--json'))).toMatchObject({
      rows: 3,
      splits: { train: 1, validation: 1, test: 1 },
    })
  })

  it('ends with 3 when no row survives', async () => {
    writeFileSync(join(scratch.path, 'bad.jsonl'), '{broken\n{"question": 5}\n')
    const result = await cli('dataset', 'import', 'bad.jsonl', '--json')
    expect(result.code).toBe(3)
    expect(documentOf(result)).toHaveProperty('error.code')
  })
})
