/** Names, places in the queue, pins, removal. A removed run is only hidden; it is purged after thirty days (purge.ts). */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import type { Measurements } from '../store/measurements.ts'
import type { RunRecords, RunRow } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { noCheckpoint } from './create-runs.ts'
import { pinOnDisk } from './launch.ts'
import { noSuchRun } from './no-such-run.ts'
import { assertTrainedHere } from './trained-here.ts'

export interface ChangeRuns {
  rename(id: string, name: string): void
  /** The whole queue's new order; queued runs that are not named come after. */
  reorder(ids: readonly string[]): void
  pin(id: string, step: number, pinned: boolean): void
  /** Throws `run.wrong_state` for a run that is running. */
  remove(ids: readonly string[]): void
  restore(ids: readonly string[]): void
}

export interface ChangeRunsDeps {
  readonly store: Store
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly runsFolder: string
  now(): number
}

export function createChangeRuns({ store, records, measurements, runsFolder, now }: ChangeRunsDeps): ChangeRuns {
  const find = (id: string): RunRow => {
    const run = records.byId(id)
    if (!run) throw noSuchRun(id)
    return run
  }
  return {
    rename: (id, name) => records.change(find(id).id, { name }),
    reorder(ids) {
      const queued = records.inStates(['queued']).map((run) => run.id)
      const stranger = ids.find((id) => !queued.includes(id))
      if (stranger !== undefined) {
        throw new Failure({
          code: 'run.wrong_state',
          message: `The run is not in the queue.`,
          input: stranger,
          remedy: 'It may just have started: look at the queue again.',
        })
      }
      records.reorder([...new Set(ids), ...queued.filter((id) => !ids.includes(id))])
    },
    pin(id, step, pinned) {
      const run = find(id)
      assertTrainedHere(run, 'keep a checkpoint of it')
      const checkpoints = measurements.checkpoints(run.no)
      const checkpoint = checkpoints.find((each) => each.step === step)
      if (!checkpoint)
        throw noCheckpoint(
          run,
          step,
          checkpoints.map((each) => each.step),
        )
      measurements.pin(run.no, step, pinned)
      if (pinned) return pinOnDisk(runsFolder, id, checkpoint.path)
      const isBranchedFrom = records.children(id).some((child) => child.parent_step === step)
      const mark = join(runsFolder, id, checkpoint.path, 'pinned')
      if (!isBranchedFrom && existsSync(mark)) rmSync(mark, { force: true })
    },
    remove(ids) {
      const runs = ids.map(find)
      const busy = runs.find((run) => run.state === 'running')
      if (busy) {
        throw new Failure({
          code: 'run.wrong_state',
          message: `${busy.name} is running.`,
          input: busy.id,
          remedy: 'Stop it first; what it has saved stays until the run is purged.',
        })
      }
      store.transaction(() => {
        for (const run of runs) if (run.state === 'queued') records.settle(run.id, 'stopped', null, now())
        records.setDeleted(ids, now())
      })
    },
    restore(ids) {
      ids.forEach(find)
      records.setDeleted(ids, null)
    },
  }
}
