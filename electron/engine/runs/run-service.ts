/** Runs as the outside asks for them: reading, making, steering, each from its own file; every change is announced. */
import type { ExperimentSpec } from '#shared/experiment/spec.ts'
import type { Notices } from '../notices.ts'
import type { RunRecords } from '../store/runs.ts'
import { createChangeRuns, type ChangeRuns, type ChangeRunsDeps } from './change-runs.ts'
import { createCreateRuns, type CreateRuns, type CreateRunsDeps } from './create-runs.ts'
import { extension, type BudgetChange } from './extend.ts'
import { livingRun } from './no-such-run.ts'
import { createReadRuns, type ReadRuns } from './read-runs.ts'
import type { Scheduler } from './scheduler.ts'
import { assertTrainedHere } from './trained-here.ts'

export interface RunService extends ReadRuns, ChangeRuns, CreateRuns {
  pause(id: string): void
  stop(id: string): void
  /** With a budget: its limits are changed first, and a complete run goes on (extend.ts). */
  resume(id: string, detached: boolean, budget?: BudgetChange): void
  /** The last window closes: what is at work goes on without a client, or is checkpointed and put aside. Returns those runs. */
  leave(then: 'keep' | 'rest'): string[]
}

export interface RunServiceDeps extends CreateRunsDeps, ChangeRunsDeps {
  readonly records: RunRecords
  readonly notices: Notices
  readonly scheduler: Scheduler
  /** The engine's lifetime: a detached run keeps it. */
  needsChanged(): void
}

export function createRunService(deps: RunServiceDeps): RunService {
  const { records, notices, scheduler } = deps
  const reading = createReadRuns(deps)
  const creating = createCreateRuns(deps)
  const changing = createChangeRuns(deps)

  /** Announces a change to some runs and lets the queue be looked at. */
  const announced = (ids: readonly (string | null)[]) => {
    for (const id of ids) notices.changed('runs', id)
    scheduler.wake()
    deps.needsChanged()
  }
  /** From here on the run is one that was stopped short of its budget. */
  function extend(id: string, budget: BudgetChange): void {
    const run = livingRun(records, id)
    const { change, words } = extension(run, budget)
    records.change(id, change)
    if (run.state === 'completed') records.settle(id, 'stopped', null, run.ended_at)
    deps.measurements.addEvent(run.no, run.step, 'info', words, deps.now())
  }
  return {
    ...reading,
    create(spec: ExperimentSpec, options) {
      const ids = creating.create(spec, options)
      announced(ids)
      return ids
    },
    branchSpec: creating.branchSpec,
    branch(request) {
      const branched = creating.branch(request)
      announced([branched.run, request.from])
      return branched
    },
    rename(id, name) {
      changing.rename(id, name)
      announced([id])
    },
    reorder(ids) {
      changing.reorder(ids)
      announced([null])
    },
    pin(id, step, pinned) {
      changing.pin(id, step, pinned)
      announced([id])
    },
    remove(ids) {
      changing.remove(ids)
      announced(ids)
    },
    restore(ids) {
      changing.restore(ids)
      announced(ids)
    },
    pause(id) {
      assertTrainedHere(records.byId(id), 'pause it')
      scheduler.pause(id)
      announced([id])
    },
    stop(id) {
      assertTrainedHere(records.byId(id), 'stop it')
      scheduler.stop(id)
      announced([id])
    },
    resume(id, detached, budget) {
      assertTrainedHere(records.byId(id), 'resume it')
      const resumed = deps.store.transaction(() => {
        if (budget) extend(id, budget)
        const ids = scheduler.resume(id)
        for (const each of ids) records.change(each, { detached: detached ? 1 : 0 })
        return ids
      })
      announced(resumed)
    },
    leave(then) {
      const held = scheduler.atWork().filter((run) => run.detached === 0)
      const ids = held.map((run) => run.id)
      if (then === 'keep') for (const id of ids) records.change(id, { detached: 1 })
      else scheduler.putAside(held)
      announced(ids)
      return ids
    },
  }
}
