/**
 * Every process of the program is killed at moments of chance while a run trains, and what comes of it is laid beside a run
 * of the same spec that nobody disturbed: the same points bit for bit, each step once, the same checkpoints byte for byte.
 * E2E_KILLS: how many kills (five, one a kind, unless more are asked for); E2E_SEED: their moments, printed with each.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from '../fixtures.ts'
import { Frame } from '../pages/frame.ts'
import { RunPage } from '../pages/run.ts'
import { command, endEngine, enginePid, isAlive, showRun, type Place } from '../program.ts'
import { openWindow } from '../window-program.ts'

/** Who dies, by the kind of kill. */
const victims = {
  trainer: ['trainer'],
  engine: ['engine'],
  window: ['window'],
  'engine and trainer': ['engine', 'trainer'],
  all: ['window', 'engine', 'trainer'],
} as const
type Kind = keyof typeof victims
const kinds = Object.keys(victims) as Kind[]
const kills = Number(process.env['E2E_KILLS'] ?? kinds.length)
const seed = Number(process.env['E2E_SEED'] ?? Date.now() % 1_000_000)

/** Constant rate, no end in sight: how long it is decides nothing about its steps. */
const spec = `name: killed
model: lab-0.3m
seed: 11
engine: { threads: 1 }
stages:
  - kind: pretrain
    data: { lab: { set: base, rows: 2000, seed: 1 } }
    batch: 32
    budget: { steps: 30 }
    evaluation: { every: 30, samples: 1, greedy: true, data: { lab: { set: uniform, rows: 16, seed: 9001 } } }
  - kind: rl
    prompts: 4
    answers: 4
    budget: { steps: 100000 }
    evaluation: { every: 25, samples: 1, greedy: true, data: { lab: { set: uniform, rows: 16, seed: 9001 } } }
    checkpoints: { every: 7 }
`

/** mulberry32: the same moments for the same seed, as far as the machine keeps time. */
function dice(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function reaches(place: Place, id: string, step: number): Promise<void> {
  await expect
    .poll(async () => (await showRun(place, id)).step, { timeout: 120_000, intervals: [500] })
    .toBeGreaterThanOrEqual(step)
}

/** Starts the chain and gives the id of its RL run. */
async function begin(place: Place): Promise<string> {
  const file = join(dirname(place.workspace), 'killed.yaml')
  await writeFile(file, spec)
  const { document } = await command(place, ['run', 'start', file, '--detach'])
  return (document as { runs: string[] }).runs[1]!
}

type Points = Readonly<Record<string, readonly (readonly [number, number, number, number, number])[]>>

/**
 * Every key's points up to a step: step, FLOPs, tokens and value; what the machine says of itself is left out. A run that was
 * paused at that step owes its evaluation until it is resumed.
 */
async function pointsOf(place: Place, id: string, upTo: number): Promise<Record<string, number[][]>> {
  const { series } = (await command(place, ['run', 'metrics', id])).document as { series: Points }
  return Object.fromEntries(
    Object.entries(series)
      .filter(([key]) => !/^system\/|seconds?$/.test(key))
      .map(([key, points]) => [
        key,
        points
          .filter(([step]) => step < upTo || (step === upTo && !key.startsWith('eval/')))
          .map(([step, flops, tokens, , value]) => [step, flops, tokens, value]),
      ]),
  )
}

const checkpointsOf = ({ workspace }: Place, id: string) => join(workspace, 'runs', id, 'checkpoints')
const stepsIn = (folder: string) =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
/** Weights and moments of a checkpoint, each by its hash. */
const tensorsAt = (folder: string, step: number) =>
  ['model.safetensors', 'optimizer.safetensors'].map((file) =>
    createHash('sha256')
      .update(readFileSync(join(folder, String(step), file)))
      .digest('hex'),
  )

/** A living engine keeps its store to itself: looked at when it has ended. */
function expectSound({ workspace }: Place): void {
  const database = new DatabaseSync(join(workspace, 'switchpoint.db'), { readOnly: true })
  expect(database.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([])
  database.close()
}

function kill(pid: number | null | undefined): void {
  try {
    if (pid) process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It came to its end by itself between the look and the blow.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

test(`kill -9 on ${kinds.join(', ')}, at moments of chance: a run is what it would have been`, async ({ place }) => {
  test.setTimeout(180_000 + kills * 60_000)
  const chance = dice(seed)
  console.log(`${kills} kills, E2E_SEED=${seed}`)
  let program = await openWindow(place)
  await new Frame(program.page).ready()
  const id = await begin(place)
  const look = async () => {
    const frame = new Frame(program.page)
    await frame.ready()
    await frame.go(`#/run/${id}`)
  }
  await look()
  await reaches(place, id, 5)
  const done: Kind[] = []
  for (let round = 0; round < kills; round++) {
    // One of each kind, then by chance.
    const kind = kinds[round] ?? kinds[Math.floor(chance() * kinds.length)]!
    const pause = Math.floor(chance() * 2500)
    await test.step(`${round + 1}: ${kind}`, async () => {
      await wait(pause)
      const before = await showRun(place, id)
      await wait(Math.floor(chance() * 400))
      const engine = await enginePid(place)
      const dead: readonly string[] = victims[kind]
      if (dead.includes('window')) program.app.process().kill('SIGKILL')
      if (dead.includes('engine')) kill(engine)
      if (dead.includes('trainer')) kill(before.trainerPid)

      if (dead.includes('window')) {
        program = await openWindow(place)
        await look()
      }
      // The window brings the engine back by itself; the command line joins it.
      if (dead.includes('engine'))
        await expect.poll(async () => isAlive((await enginePid(place)) ?? 0), { timeout: 60_000 }).toBe(true)
      let after = await showRun(place, id)
      if (dead.includes('trainer')) {
        await expect.poll(async () => (after = await showRun(place, id)).state, { timeout: 60_000 }).toBe('interrupted')
        const { code, document } = await command(place, ['run', 'resume', id, '--detach'])
        expect([code, document]).toMatchObject([0, {}])
      } else {
        expect(after).toMatchObject({ state: 'running', trainerPid: before.trainerPid })
        expect(after.step).toBeGreaterThanOrEqual(before.step)
      }
      await reaches(place, id, before.step + 2)
      done.push(kind)
      console.log(`${round + 1}/${kills} ${kind} at step ${before.step}, then ${after.step}`)
    })
  }
  expect(new Set(done).size).toBe(Math.min(kills, kinds.length))

  const last = await test.step('the window shows it whole', async () => {
    const run = new RunPage(program.page)
    const { step } = (await command(place, ['run', 'pause', id])).document as { step: number }
    await expect(run.state).toContainText('paused')
    await run.reaches(step)
    await expect(program.page.getByRole('alert')).toHaveCount(0)
    const points = await run.pointsOf(/reward/i)
    expect(points).toEqual([...new Set(points)].sort((a, b) => a - b))
    expect(points.at(-1)).toBe(step)
    await program.close()
    return step
  })

  await test.step('it is what an undisturbed run is', async () => {
    const folder = join(dirname(place.workspace), 'undisturbed')
    const quiet: Place = { workspace: join(folder, 'math-lab'), home: join(folder, 'home') }
    await mkdir(quiet.home, { recursive: true })
    try {
      const twin = await begin(quiet)
      await reaches(quiet, twin, last + 1)
      await command(quiet, ['run', 'pause', twin])
      const points = await pointsOf(place, id, last)
      expect(points['train/reward']?.map(([step]) => step)).toEqual(Array.from({ length: last }, (_, at) => at + 1))
      expect(points).toEqual(await pointsOf(quiet, twin, last))
      const [mine, its] = [checkpointsOf(place, id), checkpointsOf(quiet, twin)]
      const both = stepsIn(mine).filter((step) => stepsIn(its).includes(step))
      expect(both.length).toBeGreaterThan(last / 7 - 1)
      expect(both.map((step) => tensorsAt(mine, step))).toEqual(both.map((step) => tensorsAt(its, step)))
      console.log(`${last} steps, ${both.length} checkpoints, ${Object.keys(points).length} metrics: the same`)
    } finally {
      await endEngine(quiet)
    }
  })
  await endEngine(place)
  expectSound(place)
})
