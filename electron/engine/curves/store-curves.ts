/** Planned curves into the store: runs with points and no weights. */
import { basename } from 'node:path'
import type { CurveSet } from '#shared/analysis/types.ts'
import type { RunOrigin } from '#shared/contract/curves.ts'
import { newId } from '../ids.ts'
import type { Measurements } from '../store/measurements.ts'
import type { NewRun, RunRecords } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import type { PlannedCurve, PlannedPoint } from './plan-runs.ts'

export interface StoreCurvesDeps {
  readonly store: Store
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly codeVersion: string
  now(): number
}

export interface CurveSource {
  /** Name of the file. */
  readonly file: string
  readonly hash: string
  readonly format: string
  readonly kind: RunOrigin['kind']
}

/** What stands for a stage or an engine that never was one here. */
export const none = 'null'

/**
 * Stores the plan in one go. `known`: run by curve id, for curves that are here already; they are parents and copies, and
 * are not stored again. Returns the run of every planned curve.
 */
export function storeCurves(
  plan: readonly PlannedCurve[],
  set: CurveSet,
  source: CurveSource,
  known: ReadonlyMap<string, string>,
  deps: StoreCurvesDeps,
): ReadonlyMap<string, string> {
  const { store, records, measurements } = deps
  const runs = new Map(known)
  // A copy may stand before what it copies: every run has its id before the first is stored.
  for (const { curve } of plan) if (!runs.has(curve.id)) runs.set(curve.id, newId('run'))
  const now = deps.now()
  store.transaction(() => {
    plan.forEach((planned, place) => {
      if (known.has(planned.curve.id)) return
      // Lists show the newest first: the first of the file stands first.
      const facts = { now: now - place, codeVersion: deps.codeVersion }
      records.insert(runRow(planned, set, source, runs, facts))
      const { no } = records.byId(runs.get(planned.curve.id)!)!
      for (const point of planned.points) putPoint(no, point, set, measurements)
      const said = [`Imported from ${source.file}.`, ...planned.remarks]
      for (const text of said) measurements.addEvent(no, 0, 'info', text, now)
    })
  })
  return runs
}

/** A file's name without its ending. */
export const titleOf = (file: string): string => basename(file).replace(/\.[^.]+$/, '')

function runRow(
  { curve, paradigm, objective, seed, parent, parentStep, beforeFlops, points, steps }: PlannedCurve,
  set: CurveSet,
  { file, hash, format, kind }: CurveSource,
  runs: ReadonlyMap<string, string>,
  { now, codeVersion }: { now: number; codeVersion: string },
): NewRun {
  const id = runs.get(curve.id)!
  const above = parent === null ? null : (runs.get(parent) ?? null)
  const last = points.at(-1)
  const origin: RunOrigin = {
    ...{ kind, file, hash, format, curve: curve.id, source: set.source, steps },
    flopsUnit: set.flopsUnit,
    benchmarks: { ...set.benchmarks },
    printedRegime: curve.printedRegime,
    printedCeiling: curve.printedCeiling ?? null,
    printedMinLoss: curve.printedMinLoss ?? null,
    sameAs: curve.sameAs === null ? null : (runs.get(curve.sameAs) ?? null),
  }
  return {
    ...{ id, name: curve.id, experiment: titleOf(file) },
    ...{ parent: above, parent_step: above === null ? null : parentStep },
    ...{ kind: curve.stage, objective, paradigm, model: set.model ?? 'unnamed model', task: 'imported' },
    ...{ data: curve.dataset, seed, stage: none, engine: none, fingerprint: `${hash}:${curve.id}` },
    ...{ state: 'completed', queue_order: null, detached: 0, step: last?.step ?? 0, steps: last?.step ?? 0 },
    ...{ flops: last?.flops ?? 0, before_flops: beforeFlops },
    ...{ code_version: codeVersion, origin: JSON.stringify(origin), created_at: now, ended_at: now },
  }
}

function putPoint(run: number, point: PlannedPoint, { benchmarks }: CurveSet, measurements: Measurements): void {
  const { step, flops, score, scores, valLoss } = point
  const values = {
    ...(valLoss !== null && { 'val/loss': valLoss }),
    ...(score !== null && { 'eval/accuracy': score }),
    ...Object.fromEntries(Object.entries(scores).map(([name, share]) => [`eval/${name}`, share])),
  }
  measurements.putMetrics(run, 0, { step, flops, tokens: 0, wallMs: 0 }, values)
  if (score === null) return
  const problems = Object.values(benchmarks).reduce((sum, size) => sum + size, 0)
  measurements.putEvaluation({
    ...{ run_no: run, step, flops, k: 1, prompt_ids: '[]', correct: '[]', greedy: '[]', score },
    problems: problems > 0 ? Math.round(problems) : null,
    benchmarks: Object.keys(scores).length > 0 ? JSON.stringify(scores) : null,
  })
}
