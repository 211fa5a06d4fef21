/**
 * Starting an attempt at a run: which checkpoint it goes on from, what is forgotten, what the trainer is told. The attempt is
 * opened in one transaction with the deletion of all that lies after the checkpoint; the process comes last.
 */
import { randomBytes } from 'node:crypto'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { runFiles, type RunFile } from '#shared/experiment/run-folder.ts'
import type { Engine, Stage } from '#shared/experiment/spec.ts'
import type { TextTask } from '#shared/experiment/task-names.ts'
import type * as z from 'zod'
import { setupOfRun } from '../experiments/run-setup.ts'
import { bornAt } from '../process-identity.ts'
import type { CheckpointRow, Measurements } from '../store/measurements.ts'
import type { RunRecords, RunRow } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { writeWhole } from '../workspace/write-whole.ts'
import { dataPlan, type RowsOf } from './data-plan.ts'
import { makeRunData } from './data-worker.ts'
import { memoryKills } from './memory-kills.ts'
import { spawnTrainer } from './trainer-process.ts'

export interface LaunchDeps {
  readonly store: Store
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly runsFolder: string
  readonly graphCache: string
  readonly socket: string
  /** Threads of the machine. */
  readonly threads: number
  readonly rowsOf: RowsOf
  /** Of a subset's or dataset's own data. */
  readonly verifierOf?: (ref: string) => TextTask | null
  /** The trainer's program; tests hand in one of their own. */
  readonly program?: string
  now(): number
}

export interface Launch {
  readonly attempt: number
  /** Makes the data and starts the process; null when `isWanted` says no in between. */
  readonly started: (isWanted: () => boolean) => Promise<ChildProcess | null>
}

/** Opens the next attempt at a run (synchronously: from here on it is `running`). `startStep`: of the parent's checkpoint. */
export function openLaunch(run: RunRow, startStep: number | null, deps: LaunchDeps): Launch {
  const { store, records, measurements, runsFolder, now } = deps
  const attempt = run.attempt + 1
  const token = randomBytes(32).toString('base64url')
  const stage = JSON.parse(run.stage) as Stage
  const parent = run.parent === null ? undefined : records.byId(run.parent)
  const parentCheckpoint =
    parent && startStep !== null
      ? measurements.checkpoints(parent.no).find(({ step }) => step === startStep)
      : undefined
  const own = newestOnDisk(run, deps)
  const before = spentBefore(parent, parentCheckpoint)
  store.transaction(() => {
    measurements.forgetAfter(run.no, own?.step ?? -1)
    records.openAttempt(run, {
      attempt,
      pid: null,
      born: null,
      token,
      from_step: own?.step ?? 0,
      memory_kills: memoryKills(),
      started_at: now(),
      ended_at: null,
      outcome: null,
    })
    records.change(run.id, {
      parent_step: startStep,
      before_flops: before.flops,
      before_tokens: before.tokens,
      step: own?.step ?? 0,
      flops: own?.flops ?? 0,
      tokens: own?.tokens ?? 0,
    })
  })

  async function started(isWanted: () => boolean): Promise<ChildProcess | null> {
    const folder = join(runsFolder, run.id)
    mkdirSync(folder, { recursive: true })
    const dataPath = join(folder, runFiles.data)
    if (!existsSync(dataPath)) await makeRunData(dataPath, await dataPlan(stage, deps.rowsOf, deps.verifierOf))
    if (parent && parentCheckpoint) pinOnDisk(runsFolder, parent.id, parentCheckpoint.path)
    const engine = JSON.parse(run.engine) as z.infer<typeof Engine>
    const file: RunFile = {
      run: run.id,
      attempt,
      task: run.task as RunFile['task'],
      ...setupOfRun(run),
      seed: run.seed,
      engine: { ...engine, threads: Math.min(engine.threads ?? deps.threads, deps.threads) },
      stage,
      start: startOf(run, parent, own, parentCheckpoint, runsFolder),
      before,
      socket: deps.socket,
      token,
      graphCache: deps.graphCache,
    }
    // It holds the attempt's token.
    writeWhole(join(folder, runFiles.run), JSON.stringify(file, null, 2), 0o600)
    if (!isWanted()) return null
    const child = spawnTrainer(folder, engine.device, deps.program)
    if (child.pid === undefined) {
      const cause = await new Promise<Error>((resolve) => child.once('error', resolve))
      throw new Failure(
        { code: 'run.crashed', message: `The trainer could not be started: ${cause.message}.`, input: run.id },
        { cause },
      )
    }
    // Gone before it could be read: an identity that no living process has.
    records.setProcess(run, attempt, { pid: child.pid, born: bornAt(child.pid) ?? 'gone' })
    return child
  }
  return { attempt, started }
}

/** FLOPs and tokens of the stages before; pretraining is on no axis. */
function spentBefore(
  parent: RunRow | undefined,
  checkpoint: CheckpointRow | undefined,
): { flops: number; tokens: number } {
  if (!parent || parent.kind === 'pretrain') return { flops: 0, tokens: 0 }
  return {
    flops: parent.before_flops + (checkpoint?.flops ?? 0),
    tokens: parent.before_tokens + (checkpoint?.tokens ?? 0),
  }
}

/** The run's newest checkpoint that is really there; rows whose folder is gone are dropped with a word. */
function newestOnDisk(run: RunRow, { measurements, runsFolder, now }: LaunchDeps): CheckpointRow | undefined {
  return measurements.checkpoints(run.no).findLast((checkpoint) => {
    if (existsSync(join(runsFolder, run.id, checkpoint.path))) return true
    measurements.dropCheckpoint(run.no, checkpoint.step)
    measurements.addEvent(
      run.no,
      checkpoint.step,
      'warning',
      `The checkpoint of step ${checkpoint.step} is gone from the disk.`,
      now(),
    )
    return false
  })
}

function startOf(
  run: RunRow,
  parent: RunRow | undefined,
  own: CheckpointRow | undefined,
  from: CheckpointRow | undefined,
  runsFolder: string,
): RunFile['start'] {
  if (own) return { folder: join(runsFolder, run.id, own.path), step: own.step, resume: true }
  if (!parent) return null
  if (!from) {
    throw new Failure({
      code: 'checkpoint.missing',
      message: `${parent.name} has no checkpoint to start from.`,
      input: parent.id,
      remedy: 'Resume that run first, or branch from another checkpoint.',
    })
  }
  return { folder: join(runsFolder, parent.id, from.path), step: from.step, resume: false }
}

/** Marks a checkpoint as one to keep, for the trainer of the run it belongs to: its keep-last-N then leaves it alone. */
export function pinOnDisk(runsFolder: string, run: string, checkpointPath: string): void {
  const folder = join(runsFolder, run, checkpointPath)
  if (existsSync(folder)) writeFileSync(join(folder, 'pinned'), '')
}
