/**
 * A trainer's session: one attempt of one run, from `begin` to `end`. The rim around a stage: it pulls events, writes them to the
 * journal, saves checkpoints, and stops pulling when it is asked to (a command, a signal, no engine for a minute) or has to (a
 * full disk, a divergence).
 */
import { join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { factsOf, Failure, type FailureFacts } from '#shared/contract/failure.ts'
import type { JournalRecord } from '#shared/contract/journal.ts'
import { runFiles, type RunFile } from '#shared/experiment/run-folder.ts'
import { checkForWebAssembly, webAssemblyName, webAssemblyWarning } from '#shared/experiment/webassembly.ts'
import { parameterCount } from '../model/parameters.ts'
import type { BackendFacts } from '../tensor/backend.ts'
import { Journal } from '../journal.ts'
import type { CheckpointReason, StageEvent } from '../stages/events.ts'
import type { StagePosition } from '../stages/position.ts'
import { checkpointFormat } from '../stages/checkpoints/checkpoint.ts'
import { keptBefore, superfluous, type Kept } from '../stages/checkpoints/retention.ts'
import { clearDrafts, removeCheckpoint, writeCheckpoint } from '../stages/checkpoints/write-checkpoint.ts'
import { stageEvents } from '../stages/stages.ts'
import type { Control } from './control.ts'
import { EngineLink } from './engine-link.ts'
import { prepare, type MakePolicy, type Prepared } from './prepare.ts'
import { Recorder } from './recorder.ts'
import { runModel } from './run-model.ts'
import { runTask } from './run-task.ts'

export type EndState = Extract<JournalRecord, { kind: 'end' }>['state']

/** The machine under a session: real in the process, stood in for in tests. */
export interface Machine {
  /** Loads TensorFlow, or what stands in for it; throws `backend.missing`. */
  readonly backend: (threads: number | undefined) => BackendFacts | Promise<BackendFacts>
  readonly makePolicy: MakePolicy
}

export interface SessionOptions {
  readonly folder: string
  readonly run: RunFile
  readonly machine: Machine
  readonly control: Control
  readonly log: (text: string) => void
  /** A run whose engine has been gone this long is paused. */
  readonly engineLostMs?: number
}

const engineLostMs = 60_000

export async function runSession(options: SessionOptions): Promise<EndState> {
  const journal = Journal.open(join(options.folder, runFiles.journal))
  const session = new Session(options, journal)
  try {
    return await session.run()
  } finally {
    await session.close()
    journal.close()
  }
}

interface End {
  readonly state: EndState
  readonly error: FailureFacts | null
}

class Session {
  readonly #options: SessionOptions
  readonly #journal: Journal
  readonly #link: EngineLink | undefined
  readonly #kept: Kept[]
  #step = 0
  #saved = ''

  constructor(options: SessionOptions, journal: Journal) {
    const { folder, run, control, log } = options
    this.#options = options
    this.#journal = journal
    this.#link = run.socket
      ? new EngineLink({
          socket: run.socket,
          token: run.token,
          run: run.run,
          attempt: run.attempt,
          log,
          onCommand: (end) => control.ask(end),
        })
      : undefined
    clearDrafts(this.#checkpoints)
    this.#kept = keptBefore(join(folder, runFiles.checkpoints))
  }

  get #checkpoints(): string {
    return join(this.#options.folder, runFiles.checkpoints)
  }

  async run(): Promise<EndState> {
    let prepared: Prepared | undefined
    let end: End
    try {
      const threads = await this.#begin()
      prepared = await prepare(this.#options.folder, this.#options.run, threads, this.#options.machine.makePolicy)
      end = await this.#drive(prepared)
    } catch (error) {
      this.#options.log(error instanceof Error ? (error.stack ?? error.message) : String(error))
      const facts = factsOf(error)
      end = { state: facts.code === 'workspace.full' ? 'paused' : 'failed', error: facts }
    }
    prepared?.dispose()
    this.#finish(end)
    return end.state
  }

  async close(): Promise<void> {
    await this.#link?.close()
  }

  #append(record: JournalRecord): void {
    this.#journal.append(record)
    this.#link?.notify(this.#journal.length)
  }

  /** Every attempt begins with `begin`, also one that fails for want of a backend. Returns the backend's threads. */
  async #begin(): Promise<number> {
    const { run, machine } = this.#options
    this.#step = run.start?.resume ? run.start.step : 0
    let parameters = 0
    const begin = (backend: { name: string; version: string; device: string; threads: number }) =>
      this.#append({
        kind: 'begin',
        attempt: run.attempt,
        fromStep: this.#step,
        pid: process.pid,
        backend: { ...backend, precision: run.engine.precision },
        parameters,
        at: Date.now(),
      })
    try {
      const { name, version, device, threads } = await machine.backend(run.engine.threads)
      const isSlow = name === webAssemblyName
      if (isSlow) checkForWebAssembly(run)
      if (run.engine.device === 'gpu' && device !== 'gpu') throw noGpu(version)
      parameters = parameterCount(runModel(run, runTask(run)).shape)
      begin({ name, version, device, threads })
      if (isSlow) this.#append({ kind: 'event', step: this.#step, level: 'warning', text: webAssemblyWarning })
      this.#append({
        kind: 'progress',
        step: this.#step,
        steps: run.stage.budget.steps,
        activity: 'preparing',
        secondsLeft: null,
        tokensPerSecond: null,
      })
      return threads
    } catch (error) {
      if (!(error instanceof Failure && error.code === 'workspace.full'))
        begin({ name: 'none', version: '', device: 'none', threads: 0 })
      throw error
    }
  }

  async #drive(prepared: Prepared): Promise<End> {
    const { run } = this.#options
    const { deps, from } = prepared
    const recorder = new Recorder({
      stage: run.stage,
      beforeFlops: run.before.flops,
      append: (record) => this.#append(record),
      now: () => performance.now(),
      memoryBytes: () => process.memoryUsage.rss(),
    })
    for (const text of deps.data.remarks) this.#append({ kind: 'event', step: from.step, level: 'warning', text })
    for await (const event of stageEvents(run.stage, deps, from)) {
      this.#step = event.at.step
      const end = await this.#handle(event, prepared, recorder)
      if (end) return end
    }
    throw new Error('the stage ended without saying why')
  }

  /** Writes what an event says; how the session ends, when it does. */
  async #handle(event: StageEvent, prepared: Prepared, recorder: Recorder): Promise<End | undefined> {
    const { at } = event
    switch (event.kind) {
      case 'checkpoint':
        await this.#save(prepared, at, event.reason, recorder)
        return
      case 'diverged':
        return { state: 'failed', error: this.#divergence(event) }
      case 'halted':
        await this.#save(prepared, at, 'stop', recorder)
        return { state: 'stopped', error: event.facts }
      case 'done':
        return { state: 'completed', error: null }
      case 'pulse': {
        recorder.write(event)
        await breathe() // commands and signals come in here
        const asked = this.#asked()
        if (!asked) return
        // What a pause keeps at a validation point is that point's checkpoint: branches may start there.
        await this.#save(prepared, at, at.validated === at.step ? 'validation' : asked, recorder)
        return { state: asked === 'stop' ? 'stopped' : 'paused', error: null }
      }
      default:
        recorder.write(event)
    }
  }

  #asked(): 'pause' | 'stop' | undefined {
    const { control, engineLostMs: limit = engineLostMs } = this.#options
    if (this.#link && this.#link.lostForMs > limit && !control.asked) {
      const text = `No engine for ${Math.round(limit / 1000)} s: the run pauses itself. Open the workspace and resume it.`
      this.#append({ kind: 'event', step: this.#step, level: 'warning', text })
      control.ask('pause')
    }
    return control.asked
  }

  async #save(
    { deps, settings }: Prepared,
    at: StagePosition,
    reason: CheckpointReason,
    recorder: Recorder,
  ): Promise<void> {
    const { run } = this.#options
    const { wallMs: _, ...place } = at
    const key = JSON.stringify(place)
    if (key === this.#saved) return
    recorder.progress(at, 'saving')
    const policy = await deps.policy.read({ moments: true })
    const state = {
      format: checkpointFormat,
      run: run.run,
      stage: run.stage.kind,
      settings,
      reason,
      position: at,
    } as const
    const bytes = writeCheckpoint(join(this.#checkpoints, String(at.step)), policy, state)
    this.#saved = key
    const path = `${runFiles.checkpoints}/${at.step}`
    this.#append({ kind: 'checkpoint', step: at.step, flops: at.flops, tokens: at.tokens, path, bytes, reason })
    this.#retain({ step: at.step, reason })
    this.#journal.sync()
    recorder.spent('saving')
  }

  #retain(newest: Kept): void {
    const others = this.#kept.filter(({ step }) => step !== newest.step)
    this.#kept.splice(0, this.#kept.length, ...others, newest)
    for (const step of superfluous(this.#kept, this.#options.run.stage.checkpoints.keepLast)) {
      if (!removeCheckpoint(join(this.#checkpoints, String(step)))) continue
      this.#kept.splice(
        this.#kept.findIndex((kept) => kept.step === step),
        1,
      )
      this.#append({ kind: 'checkpoint-removed', step })
    }
  }

  #divergence({ at, step, why, rows }: Extract<StageEvent, { kind: 'diverged' }>): FailureFacts {
    const { run } = this.#options
    const good = this.#kept.filter((kept) => kept.step <= at.step).sort((a, b) => b.step - a.step)[0]
    const back = good
      ? `The last good checkpoint is step ${good.step}: branch from it with a lower learning rate`
      : 'Nothing was saved since the start: start again with a lower learning rate'
    const batch = rows.length > 12 ? `${rows.slice(0, 12).join(', ')}, ... (${rows.length} in all)` : rows.join(', ')
    return {
      code: 'run.diverged',
      message: `At step ${step} ${why}; the run was stopped.`,
      input: `run ${run.run}, step ${step}, batch of rows ${batch}`,
      remedy: `${back} (it was ${run.stage.learningRate}), and look at those rows.`,
    }
  }

  /** The closing record. On a disk so full that it does not fit, the engine finds the attempt without an end: interrupted, resumable. */
  #finish({ state, error }: End): void {
    try {
      this.#append({ kind: 'end', step: this.#step, state, error })
      this.#journal.sync()
    } catch (cause) {
      this.#options.log(`the end could not be written: ${(cause as Error).message}`)
    }
  }
}

const noGpu = (version: string) =>
  new Failure({
    code: 'backend.missing',
    message: `This run asks for a GPU, and TensorFlow ${version} finds none here.`,
    input: 'engine.device = gpu',
    remedy: '`npm start -- doctor` says what there is; leave `engine.device` out to train on the CPU.',
  })
