/**
 * Studies: a plan becomes runs in the queue, the queue does the work, and this watches. All it knows lies in the store: a study
 * goes on in the next engine where this one was killed.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, factsOf, type FailureFacts } from '#shared/contract/failure.ts'
import type { PaperResult } from '#shared/contract/paper-study.ts'
import type { Study, StudyResult, StudyRole } from '#shared/contract/studies.ts'
import type { Engine, ExperimentSpec } from '#shared/experiment/spec.ts'
import type * as z from 'zod'
import type { Estimates } from '../estimates/estimates.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Notices } from '../notices.ts'
import type { RunService } from '../runs/run-service.ts'
import type { RunRecords, RunRow } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import type { StudyRecords, StudyRow } from '../store/studies.ts'
import type { Workspace } from '../workspace/folder.ts'
import { writeWhole } from '../workspace/write-whole.ts'
import { assess, type Standing, type StudyRunFacts } from './assess.ts'
import { seedPlan, settingsWithin, wallSeconds, type PaperSet, type PaperSettings } from './paper/plan.ts'
import { quickPlan } from './quick-plan.ts'

export interface Studies {
  list(): Promise<Study[]>
  startQuick(seed: number, detached: boolean): string
  /** As much of the miniature as the budget holds. Throws `input.invalid` when it holds none. */
  startPaper(budgetMinutes: number, detached: boolean): Promise<StartedPaper>
  cancel(id: string): void
  /** Puts every run that has not completed back into the queue. */
  resume(id: string): void
  report(id: string): { html: string; path: string }
  /** Looks at studies that an engine before left running. */
  takeOver(): void
  close(): void
}

/** A study's result but for what `Concluded` adds, and its report. */
export interface StudyParts {
  readonly document: Omit<StudyResult, keyof Concluded> | Omit<PaperResult, keyof Concluded>
  readonly html: string
}

interface Concluded {
  readonly workspace: string
  readonly report: string
  readonly wallS: number
}

export interface StartedPaper extends PaperSettings {
  readonly id: string
  readonly runs: number
  /** Expected of the whole. */
  readonly seconds: number
}

export interface StudiesDeps {
  readonly store: Store
  readonly studies: StudyRecords
  readonly records: RunRecords
  readonly runs: RunService
  readonly estimates: Estimates
  readonly notices: Notices
  readonly log: Log
  readonly workspace: Workspace
  readonly threads: number
  /** Running, or queued and sure to get its turn. */
  isOnItsWay(run: RunRow): boolean
  /** Makes the result and the report of a complete study (result.ts, report/). */
  conclude(study: {
    readonly kind: Study['kind']
    readonly runs: readonly PlannedRunId[]
    readonly wallS: number
  }): Promise<StudyParts>
  now(): number
}

export interface PlannedRunId {
  readonly id: string
  readonly role: StudyRole
  /** The expert set, in the miniature. */
  readonly set?: PaperSet | null
}

/** A run of a plan; `from` names the entry it starts from. */
interface Planned {
  readonly key: string
  readonly role: StudyRole
  readonly from: string | null
  readonly set?: PaperSet | null
  readonly spec: ExperimentSpec
}

const watchEveryMs = 2_000

const kindOf = ({ kind }: StudyRow): Study['kind'] => kind as Study['kind']

/** A miniature of dozens of runs is worth concluding without those that failed; an interrupted one waits to be resumed. */
const canDoWithout = (runs: readonly RunRow[]): boolean =>
  runs.every(({ state }) => state !== 'interrupted' && state !== 'paused' && state !== 'running') &&
  runs.some(({ kind, state }) => state === 'completed' && kind !== 'pretrain' && kind !== 'sft')

/** Where the machine's speed is not known: as fast as so far. */
const byPace = ({ worked_ms }: StudyRow, done: number): number | null =>
  done > 0.05 ? ((worked_ms / 1000) * (1 - done)) / done : null

export function createStudies(deps: StudiesDeps): Studies {
  const { store, studies, records, runs, estimates, notices, log, workspace, threads, now } = deps
  const concluding = new Set<string>()
  /** Counts resumes. */
  const rounds = new Map<string, number>()
  const find = (id: string): StudyRow => {
    const study = studies.byId(id)
    if (study) return study
    throw new Failure({
      code: 'study.not_found',
      message: 'There is no such study in this workspace.',
      input: id,
      remedy: 'List the studies to see their ids.',
    })
  }
  const planOf = (study: StudyRow) => JSON.parse(study.plan) as PlannedRunId[]
  const rowsOf = (study: StudyRow): RunRow[] => planOf(study).flatMap(({ id }) => records.byId(id) ?? [])
  const reportPath = (id: string) => join(workspace.reports, `${id}.html`)

  async function factsOfRun(run: RunRow): Promise<StudyRunFacts> {
    const engine = JSON.parse(run.engine) as z.infer<typeof Engine>
    const secondsLeft = run.state === 'completed' ? 0 : await estimates.secondsLeft(run)
    const share = run.steps > 0 ? Math.min(1, run.step / run.steps) : 0
    const spent = run.wall_ms / 1000
    return {
      ...{
        name: run.name,
        state: run.state,
        share,
        activity: run.activity,
        secondsLeft,
        isOnItsWay: deps.isOnItsWay(run),
      },
      seconds: run.state === 'completed' ? spent : secondsLeft === null ? null : secondsLeft + spent,
      width: Math.min(engine.threads ?? threads, threads) / threads,
      error: run.error === null ? null : (JSON.parse(run.error) as FailureFacts),
    }
  }

  const standingOf = async (study: StudyRow): Promise<Standing> =>
    assess(await Promise.all(rowsOf(study).map(factsOfRun)))

  /** Follows a running study: counts its time, ends it when its runs have ended. */
  async function follow(study: StudyRow): Promise<void> {
    const round = rounds.get(study.id)
    const standing = await standingOf(study)
    // Cancelled or resumed meanwhile: what was seen is no longer so.
    if (studies.byId(study.id)?.state !== 'running' || rounds.get(study.id) !== round) return
    if (standing.state === 'complete') return conclude(study)
    if (standing.state === 'stuck') {
      if (study.kind === 'paper' && canDoWithout(rowsOf(study))) return conclude(study)
      studies.change(study.id, {
        state: 'interrupted',
        error: standing.error && JSON.stringify(standing.error),
        ended_at: now(),
      })
      notices.changed('studies', study.id)
    }
  }

  async function conclude(study: StudyRow): Promise<void> {
    if (concluding.has(study.id)) return
    concluding.add(study.id)
    notices.changed('studies', study.id)
    try {
      const endedAt = now()
      const wallS = (find(study.id).worked_ms + (endedAt - (lastTick.get(study.id) ?? endedAt))) / 1000
      const { document, html } = await deps.conclude({ kind: kindOf(study), runs: planOf(study), wallS })
      const result = { workspace: workspace.path, report: reportPath(study.id), wallS, ...document }
      writeWhole(reportPath(study.id), html)
      studies.change(study.id, { state: 'done', result: JSON.stringify(result), error: null, ended_at: endedAt })
    } catch (error) {
      log.error({ err: error, study: study.id }, 'a study could not be concluded')
      studies.change(study.id, { state: 'failed', error: JSON.stringify(factsOf(error)), ended_at: now() })
    } finally {
      concluding.delete(study.id)
      notices.changed('studies', study.id)
    }
  }

  /** When a running study's time was last counted. */
  const lastTick = new Map<string, number>()
  function tick(): void {
    for (const study of studies.all()) {
      if (study.state !== 'running') {
        lastTick.delete(study.id)
        continue
      }
      const at = now()
      const since = lastTick.get(study.id)
      lastTick.set(study.id, at)
      if (since !== undefined) studies.change(study.id, { worked_ms: study.worked_ms + (at - since) })
      notices.changed('studies', study.id)
      follow(study).catch((error: unknown) =>
        log.error({ err: error, study: study.id }, 'a study could not be followed'),
      )
    }
  }
  const timer = setInterval(tick, watchEveryMs)
  const unlisten = notices.listen((kind) => {
    if (kind === 'runs') queueMicrotask(tick)
  })

  async function shown(study: StudyRow): Promise<Study> {
    const isRunning = study.state === 'running'
    const standing = isRunning ? await standingOf(study) : null
    const parsed = <T>(text: string | null) => (text === null ? null : (JSON.parse(text) as T))
    const words = {
      done: 'complete',
      failed: 'failed',
      cancelled: 'cancelled',
      interrupted: 'interrupted',
      running: '',
    } as const
    return {
      id: study.id,
      kind: kindOf(study),
      state: study.state,
      now: standing?.now ?? words[study.state],
      done: standing?.done ?? (study.state === 'done' ? 1 : 0),
      secondsLeft: standing && (standing.secondsLeft ?? byPace(study, standing.done)),
      runs: planOf(study),
      error: parsed<FailureFacts>(study.error),
      result: study.kind === 'quick' ? parsed<StudyResult>(study.result) : null,
      paper: study.kind === 'paper' ? parsed<PaperResult>(study.result) : null,
      startedAt: study.started_at,
      endedAt: study.ended_at,
    }
  }

  /** Puts a plan into the queue. */
  function begin(kind: Study['kind'], seed: number, planned: readonly Planned[], detached: boolean): string {
    const id = newId('study')
    store.transaction(() => {
      const made = new Map<string, string>()
      const plan = planned.map(({ key, role, from, set, spec }): PlannedRunId => {
        const start = from === null ? {} : { start: { run: made.get(from)! } }
        const [run] = runs.create({ ...spec, ...start }, { detached, study: { id, roles: [role] } })
        made.set(key, run!)
        return { id: run!, role, ...(set === undefined ? {} : { set }) }
      })
      studies.insert({
        ...{ id, kind, seed, state: 'running', plan: JSON.stringify(plan), error: null, result: null },
        started_at: now(),
        ended_at: null,
      })
    })
    lastTick.set(id, now())
    notices.changed('studies', id)
    return id
  }

  /** Expected wall seconds of one seed of the miniature. Where a time is unknown, no budget holds it. */
  async function secondsOfSeed(settings: PaperSettings): Promise<number> {
    const costs = await Promise.all(
      seedPlan(1, settings, threads).map(async ({ spec }) => ({
        seconds: (await estimates.of(spec)).stages[0]!.seconds ?? Number.POSITIVE_INFINITY,
        threads: spec.engine.threads ?? null,
      })),
    )
    return wallSeconds(costs, threads)
  }

  return {
    list: () => Promise.all(studies.all().map(shown)),
    startQuick: (seed, detached) => begin('quick', seed, quickPlan(seed, threads), detached),
    async startPaper(budgetMinutes, detached) {
      const settings = await settingsWithin(60 * budgetMinutes, secondsOfSeed)
      const plan = Array.from({ length: settings.seeds }, (_, i) => seedPlan(i + 1, settings, threads)).flat()
      return { ...settings, id: begin('paper', 1, plan, detached), runs: plan.length }
    },
    cancel(id) {
      const study = find(id)
      if (study.state !== 'running' && study.state !== 'interrupted') return
      studies.change(id, { state: 'cancelled', ended_at: now() })
      for (const run of rowsOf(study)) if (run.state === 'running' || run.state === 'queued') runs.stop(run.id)
      notices.changed('studies', id)
    },
    resume(id) {
      const study = find(id)
      if (study.state === 'running' || study.state === 'done') {
        throw new Failure({
          code: 'run.wrong_state',
          message: `The study is ${study.state === 'done' ? 'complete' : 'running'}.`,
          input: id,
          remedy: 'There is nothing to resume.',
        })
      }
      studies.change(id, { state: 'running', error: null, ended_at: null })
      rounds.set(id, (rounds.get(id) ?? 0) + 1)
      lastTick.set(id, now())
      for (const { id: run } of planOf(study)) {
        // Read anew each time: resuming a stage resumes those that were put aside with it.
        const state = records.byId(run)?.state
        if (state && state !== 'completed' && state !== 'running' && state !== 'queued') runs.resume(run, false)
      }
      notices.changed('studies', id)
    },
    report(id) {
      find(id)
      const path = reportPath(id)
      if (existsSync(path)) return { html: readFileSync(path, 'utf8'), path }
      throw new Failure({
        code: 'study.not_found',
        message: 'The study has no report yet.',
        input: id,
        remedy: 'Wait until it is complete, or resume it.',
      })
    },
    takeOver: tick,
    close() {
      clearInterval(timer)
      unlisten()
    },
  }
}
