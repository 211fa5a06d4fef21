/** What the store knows of each candidate's branch, as the decider takes it. */
import { samplingSd } from '#shared/analysis/accuracy.ts'
import type { SearchCandidate, SearchOptions } from '#shared/analysis/switch-search.ts'
import type { Stage } from '#shared/experiment/spec.ts'
import { outcomesOf } from '../../runs/read-runs.ts'
import type { Measurements } from '../../store/measurements.ts'
import type { RunRecords, RunRow } from '../../store/runs.ts'
import type { CandidateState, SearchState } from './state.ts'

export interface FactsDeps {
  readonly records: RunRecords
  readonly measurements: Measurements
}

/** A candidate with its run. `search.id` is its step. */
export interface Branch {
  readonly candidate: CandidateState
  readonly run: RunRow | null
  readonly search: SearchCandidate
  /** FLOPs of a step: as seen, else as planned. */
  readonly stepFlops: number
}

export function branchesOf(state: SearchState, deps: FactsDeps): Branch[] {
  return (state.candidates ?? []).map((candidate) => branchOf(candidate, deps))
}

function branchOf(candidate: CandidateState, { records, measurements }: FactsDeps): Branch {
  const run = candidate.run === null ? undefined : records.byId(candidate.run)
  const rows = run ? measurements.evaluations(run.no) : []
  const scores = rows.map((row) => ({ step: row.step, compute: row.flops, score: 100 * scoreOf(outcomesOf(row)) }))
  const points = scores.filter(({ step }) => step > 0).map(({ compute, score }) => ({ compute, score }))
  const spent = points.at(-1)?.compute ?? 0
  const stepFlops = run && run.step > 0 ? run.flops / run.step : candidate.plannedStepFlops
  // A branch ends at the step nearest to its target: that is as far as it goes.
  const isThere =
    points.length > 0 && (run!.state === 'completed' ? endedByFlops(run!) : spent >= candidate.targetFlops)
  const target = isThere ? spent : candidate.targetFlops
  return {
    candidate,
    run: run ?? null,
    stepFlops,
    search: {
      id: String(candidate.step),
      pSft: scores.find(({ step }) => step === 0)?.score ?? candidate.pSft,
      target,
      isBase: candidate.step === 0,
      points,
      nextCompute: Math.min(target, spent + candidate.every * stepFlops),
      closed: candidate.run !== null && isClosed(run),
    },
  }
}

/** Every round sets both limits: a branch that ended short of its steps has come to its target. */
const endedByFlops = (run: RunRow): boolean => run.step < (JSON.parse(run.stage) as Stage).budget.steps

/** Stopped by hand, failed or removed: nothing more is learned of it. */
const isClosed = (run: RunRow | undefined): boolean =>
  !run || run.deleted_at !== null || run.state === 'failed' || run.state === 'stopped'

const scoreOf = (outcomes: readonly { readonly correct: number; readonly answers: number }[]): number =>
  outcomes.reduce((sum, { correct, answers }) => sum + correct / answers, 0) / Math.max(1, outcomes.length)

/** The decider's settings, with the noise that the evaluations themselves tell of. */
export function optionsOf(state: SearchState, branches: readonly Branch[], { measurements }: FactsDeps): SearchOptions {
  const rows = branches.flatMap(({ run }) => (run ? measurements.evaluations(run.no) : []))
  const sds = rows.flatMap((row) => samplingSd(outcomesOf(row)) ?? [])
  const sd = 100 * Math.sqrt(sds.reduce((sum, each) => sum + each * each, 0) / Math.max(1, sds.length))
  if (!(sd > 0)) return { budgetShare: state.budgetShare }
  // Two decimals: a hair's change must not move every belief.
  const noise = Math.max(0.05, Math.round(100 * sd) / 100)
  return { budgetShare: state.budgetShare, samplingSd: noise, noisePrior: { sd: noise, weight: 8 } }
}

/** Score of a checkpoint by the SFT run's evaluations: measured there, or between its neighbours. Percent. */
export function scoreAt(
  step: number,
  evaluations: readonly { readonly step: number; readonly score: number }[],
): number {
  const before = evaluations.findLast((each) => each.step <= step)
  const after = evaluations.find((each) => each.step >= step)
  if (!before || !after) return (before ?? after)?.score ?? 0
  if (before.step === after.step) return before.score
  return before.score + ((after.score - before.score) * (step - before.step)) / (after.step - before.step)
}
