/**
 * The loop that acts on decide.ts: it gathers facts from the store, asks, and does what it is told. Everything it knows
 * lies in the store, so the next engine goes on where this one was killed.
 */
import { join } from 'node:path'
import type { WebSocket } from 'ws'
import { Failure, factsOf } from '#shared/contract/failure.ts'
import { runFiles } from '#shared/experiment/run-folder.ts'
import type { Engine, Stage } from '#shared/experiment/spec.ts'
import type * as z from 'zod'
import { tailOf, type Log } from '../log.ts'
import type { Notices } from '../notices.ts'
import { isAlive } from '../process-identity.ts'
import { sameToken } from '../serve/gate.ts'
import type { RunRow } from '../store/runs.ts'
import { decide, type Action, type Ending, type RunFacts, type SchedulerEvent } from './decide.ts'
import type { Ingestion } from './ingest.ts'
import { openLaunch, type LaunchDeps } from './launch.ts'
import { killedForMemory } from './memory-kills.ts'
import { whatToLower } from './memory-advice.ts'
import { livingRun } from './no-such-run.ts'
import { resolveStart, type ParentFacts, type Resolved } from './start-point.ts'
import { createSupervision, type Exit } from './supervision.ts'
import { findTrainer, trainsIn } from './trainer-process.ts'

export interface SchedulerDeps extends LaunchDeps {
  readonly ingestion: Ingestion
  readonly notices: Notices
  readonly log: Log
  /** Where a run trains that names no device, as far as is known. */
  device(): 'cpu' | 'gpu'
  /** A run has come to rest: in what state it is says the store. */
  settled(run: RunRow): void
}

export interface Scheduler {
  /** Takes over what an engine before left: living trainers are watched, dead ones settled. `holdQueue`: nothing queued starts by itself. */
  takeOver(options: { readonly holdQueue: boolean }): void
  /** Something has changed: look at the queue. */
  wake(): void
  pause(id: string): void
  stop(id: string): void
  /** Puts a run back into the queue, and with it its descendants that were put aside with it. Returns all of them. */
  resume(id: string): string[]
  isTrainer(run: string, attempt: number, token: string): boolean
  attachTrainer(run: string, socket: WebSocket): void
  trainerPids(): number[]
  /** Running, or queued and sure to get its turn: not behind a run that waits for a person. */
  isOnItsWay(run: RunRow): boolean
  /** Runs that run, or wait and are sure to get their turn. */
  atWork(): RunRow[]
  /** Checkpoints and ends those that run and holds those that wait, so that none of these starts in another's place. */
  putAside(runs: readonly RunRow[]): void
  /** Checkpoints and ends every trainer, and holds the queue. */
  close(): Promise<void>
}

const closeWithinMs = 60_000

export function createScheduler(deps: SchedulerDeps): Scheduler {
  const { records, measurements, ingestion, notices, log, runsFolder, now, threads } = deps
  let isClosing = false
  const launching = new Map<string, Promise<void>>()
  /** Asked of a run whose process is not there yet. */
  const early = new Map<string, 'pause' | 'stop'>()
  const supervision = createSupervision({ ingestion, log, points: (run) => notices.changed('points', run), gone })

  const parentFacts = (parent: RunRow, withLosses: boolean): ParentFacts => {
    const { step, value } = withLosses
      ? measurements.series(parent.no, 'val/loss', -1, 100_000)
      : { step: [], value: [] }
    return {
      ...{ id: parent.id, name: parent.name, kind: parent.kind, state: parent.state },
      checkpoints: measurements.checkpoints(parent.no).map((checkpoint) => checkpoint.step),
      validation: step.map((each, i) => ({ step: each, loss: value[i]! })),
    }
  }

  /** Null: it starts from nothing. */
  function startOf(run: RunRow, insists = false): Resolved | null {
    const parent = run.parent === null ? undefined : records.byId(run.parent)
    if (!parent) return null
    const isAgain = measurements.checkpoints(run.no).length > 0
    if (isAgain && run.parent_step !== null) return { kind: 'ready', step: run.parent_step, remark: null }
    const stage = JSON.parse(run.stage) as Stage
    return resolveStart(
      stage,
      parentFacts(parent, parent.kind === 'sft' && stage.kind === 'rl'),
      run.parent_step,
      insists,
    )
  }

  function factsOfRun(run: RunRow): RunFacts {
    const engine = JSON.parse(run.engine) as z.infer<typeof Engine>
    const start = run.state === 'queued' ? startOf(run) : null
    return {
      id: run.id,
      state: run.state,
      threads: engine.threads ?? null,
      device: engine.device ?? deps.device(),
      start: start ?? { kind: 'ready' },
    }
  }

  function dispatch(event: SchedulerEvent): void {
    const runs = event.kind === 'look' ? records.inStates(['queued', 'running']).map(factsOfRun) : []
    for (const action of decide({ runs, threads, isClosing }, event)) act(action)
  }

  function act(action: Action): void {
    switch (action.kind) {
      case 'start':
        return launch(action.run)
      case 'enqueue':
        records.enqueue([action.run])
        return changed(action.run)
      case 'command':
        if (launching.has(action.run)) early.set(action.run, action.command)
        else supervision.command(action.run, action.command)
        return
      case 'settle':
        records.settle(action.run, action.state, action.error, now())
        return changed(action.run, true)
      case 'refuse':
        throw new Failure(action.error)
    }
  }

  function changed(id: string, isSettled = false): void {
    notices.changed('runs', id)
    const run = isSettled ? records.byId(id) : undefined
    if (run) deps.settled(run)
    wake()
  }

  function launch(id: string): void {
    const run = records.byId(id)!
    const start = startOf(run)
    const step = start?.kind === 'ready' ? start.step : null
    const opened = openLaunch(run, step, deps)
    if (start?.kind === 'ready' && start.remark) measurements.addEvent(run.no, 0, 'warning', start.remark, now())
    changed(id)
    const isWanted = () => !isClosing && !early.has(id)
    launching.set(
      id,
      opened
        .started(isWanted)
        .then((child) => {
          launching.delete(id)
          if (child === null) return settleUnstarted(run, opened.attempt)
          const attempt = records.attempt({ no: run.no, attempt: opened.attempt })!
          supervision.watch(id, { pid: attempt.pid!, born: attempt.born! }, child)
          const asked = early.get(id)
          early.delete(id)
          if (asked) supervision.command(id, asked)
        })
        .catch((error: unknown) => {
          launching.delete(id)
          early.delete(id)
          const facts = factsOf(error)
          if (facts.code === 'internal') log.error({ err: error, run: id }, 'a run could not be started')
          records.closeAttempt(run, opened.attempt, 'not started', now())
          records.settle(id, 'failed', facts, now())
          changed(id, true)
        }),
    )
  }

  function settleUnstarted(run: RunRow, attempt: number): void {
    const asked = early.get(run.id)
    early.delete(run.id)
    records.closeAttempt(run, attempt, 'not started', now())
    records.settle(run.id, asked === 'stop' ? 'stopped' : 'paused', null, now())
    changed(run.id, true)
  }

  function gone(id: string, exit: Exit | null, asked: 'pause' | 'stop' | null): void {
    const run = records.byId(id)
    if (!run || run.state !== 'running') return
    const said = ingestion.endOf(run)
    const attempt = records.attempt(run)
    const maybeKilled = exit === null || exit.signal === 'SIGKILL'
    const ending: Ending = {
      said: said && { state: said.state, error: said.error },
      exit,
      outOfMemory: maybeKilled && killedForMemory(attempt?.memory_kills ?? null),
      step: run.step,
      lastWords: said
        ? ''
        : tailOf(join(runsFolder, id, runFiles.log), 2_000)
            .trim()
            .split('\n')
            .slice(-3)
            .join(' ')
            .slice(-400),
      lower: whatToLower(JSON.parse(run.stage) as Stage, run.model),
    }
    if (!said) records.closeAttempt(run, run.attempt, `gone: ${exit?.signal ?? exit?.code ?? 'unseen'}`, now())
    // SIGTERM means pause to a trainer without a line; what was wanted is a stop.
    if (ending.said?.state === 'paused' && asked === 'stop')
      act({ kind: 'settle', run: id, state: 'stopped', error: null })
    else dispatch({ kind: 'trainer-gone', run: id, ending })
    const after = records.byId(id)!
    if (!said)
      measurements.addEvent(
        run.no,
        run.step,
        'error',
        after.error ? (JSON.parse(after.error) as { message: string }).message : 'ended',
        now(),
      )
  }

  let isLooking = false
  function wake(): void {
    if (isLooking) return
    isLooking = true
    setImmediate(() => {
      isLooking = false
      if (isClosing) return
      try {
        dispatch({ kind: 'look' })
      } catch (error) {
        log.error({ err: error }, 'the queue could not be looked at')
      }
    })
  }

  function ask(id: string, what: 'pause' | 'stop' | 'resume'): void {
    const run = livingRun(records, id)
    dispatch({ kind: 'asked', run: id, state: run.state, ask: what })
  }

  function takeOverRun(run: RunRow): void {
    const attempt = records.attempt(run)
    const folder = join(runsFolder, run.id)
    const noted =
      attempt && attempt.pid !== null && attempt.born !== null ? { pid: attempt.pid, born: attempt.born } : null
    const found = noted && isAlive(noted) && trainsIn(noted.pid, folder) ? noted : findTrainer(folder)
    if (found) {
      if (!noted) records.setProcess(run, run.attempt, found)
      log.info({ run: run.id, pid: found.pid }, 'a living trainer is taken over')
      return supervision.watch(run.id, found, null)
    }
    ingestion.takeAll(run.id)
    const neverStarted = noted === null && ingestion.endOf(run) === null
    if (!neverStarted) return gone(run.id, null, null)
    // The engine was killed between opening the attempt and starting the process.
    records.closeAttempt(run, run.attempt, 'not started', now())
    records.settle(run.id, 'queued', null, null)
    records.toFront(run.id)
  }

  return {
    takeOver({ holdQueue }) {
      for (const run of records.inStates(['running'])) takeOverRun(run)
      if (holdQueue) holdQueued('The computer or the engine was off for a while: resume it to run it.')
      wake()
    },
    wake,
    pause: (id) => ask(id, 'pause'),
    stop: (id) => ask(id, 'stop'),
    resume(id) {
      const run = livingRun(records, id)
      if (run.state !== 'queued' && run.state !== 'running' && run.state !== 'completed') insist(run)
      ask(id, 'resume')
      const others = descendantsInWaiting(id).map((child) => child.id)
      for (const other of others) ask(other, 'resume')
      return [id, ...others]
    },
    isTrainer(id, attempt, token) {
      const run = records.byId(id)
      const current = run && run.state === 'running' && run.attempt === attempt ? records.attempt(run) : undefined
      return current !== undefined && sameToken(token, current.token)
    },
    attachTrainer: (run, socket) => supervision.attach(run, socket),
    trainerPids: () => supervision.pids(),
    isOnItsWay: (run) => run.state !== 'completed' && isOnItsWay(run),
    atWork: () => records.inStates(['queued', 'running']).filter(isOnItsWay),
    putAside(runs) {
      hold(
        runs.filter((run) => run.state === 'queued'),
        'The window was closed before its turn came: resume it to run it.',
      )
      for (const run of runs) if (run.state === 'running') ask(run.id, 'pause')
    },
    async close() {
      isClosing = true
      for (const run of supervision.runs) supervision.command(run, 'pause')
      await Promise.allSettled(launching.values())
      for (const run of supervision.runs) supervision.command(run, 'pause')
      const areGone = await supervision.empty(closeWithinMs)
      if (!areGone)
        log.warn({ runs: supervision.runs }, 'trainers are still at work: they pause by themselves without an engine')
      holdQueued('The engine ended before its turn came: resume it to run it.')
      supervision.stop()
    },
  }

  /** A queued run behind a paused or failed one waits for a person, who may never come. */
  function isOnItsWay(run: RunRow): boolean {
    if (run.state !== 'queued') return run.state === 'running' || run.state === 'completed'
    const parent = run.parent === null ? undefined : records.byId(run.parent)
    return !parent || run.parent_step !== null || isOnItsWay(parent)
  }

  /** Resuming a stage whose parent ended short means: go on from the last checkpoint there is. */
  function insist(run: RunRow): void {
    const parent = run.parent === null ? undefined : records.byId(run.parent)
    if (!parent || (parent.state !== 'failed' && parent.state !== 'stopped')) return
    const start = startOf(run, true)
    if (start?.kind === 'blocked') throw new Failure(start.error)
    if (start?.kind === 'ready' && run.parent_step === null) records.change(run.id, { parent_step: start.step })
  }

  /** Later stages that were put aside together with this one and have never run. */
  function descendantsInWaiting(id: string): RunRow[] {
    return records
      .children(id)
      .filter(
        ({ attempt, state, error }) => attempt === 0 && (state === 'paused' || (state === 'stopped' && error !== null)),
      )
      .flatMap((child) => [child, ...descendantsInWaiting(child.id)])
  }

  function holdQueued(why: string): void {
    hold(records.inStates(['queued']), why)
  }

  function hold(runs: readonly RunRow[], why: string): void {
    for (const run of runs) {
      records.settle(run.id, 'paused', null, now())
      measurements.addEvent(run.no, run.step, 'info', why, now())
      notices.changed('runs', run.id)
    }
  }
}
