/** Runs as curves: performance against compute, the fit of its law, and where a branch stands in its SFT run. */
import { samplingSd } from '#shared/analysis/accuracy.ts'
import { expectedNoiseOfShares } from '#shared/analysis/aggregate.ts'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import type { Regime } from '#shared/analysis/types.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { Failure } from '#shared/contract/failure.ts'
import type { RunOrigin } from '#shared/contract/curves.ts'
import type { EvaluationPoint, RunSummary } from '#shared/contract/runs.ts'
import type { Log } from '../log.ts'
import type { Notices } from '../notices.ts'
import { noSuchRun } from '../runs/no-such-run.ts'
import { evaluationPoint, outcomesOf } from '../runs/read-runs.ts'
import { summaryOf } from '../runs/summary.ts'
import type { EvaluationRow, Measurements } from '../store/measurements.ts'
import type { RunRecords, RunRow } from '../store/runs.ts'
import type { CurveFit, FitRequest } from './curve-fit.ts'
import type { Fits } from './fits.ts'
import { byMetric } from './point-score.ts'

export interface SwitchPoint {
  readonly run: RunSummary
  readonly validation: { step: number; flops: number; loss: number }[]
  readonly training: { step: number; loss: number }[]
  readonly evaluations: EvaluationPoint[]
  readonly checkpoints: { step: number; flops: number }[]
  readonly branches: BranchCurve[]
}

export interface Curves {
  /** Throws `run.not_found`, `run.wrong_state` for a run that is no SFT. */
  switchPoint(run: string): Promise<SwitchPoint>
  /**
   * `patienceMs`: how long to wait for fits; without one they are all awaited. `metric`: which score is read (point-score.ts);
   * curves that do not know it are left out.
   */
  curves(study: string | null, patienceMs?: number, metric?: string): Promise<BranchCurve[]>
  curveOf(run: RunRow, patienceMs?: number, metric?: string): Promise<BranchCurve>
}

export interface CurvesDeps {
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly fits: Fits
  readonly notices: Notices
  readonly log: Log
}

const patience = 1_500
const trainingPoints = 1_000

export function createCurves({ records, measurements, fits, notices, log }: CurvesDeps): Curves {
  const lossesOf = (run: RunRow) => {
    const { step, flops, value } = measurements.series(run.no, 'val/loss', -1, 100_000)
    return step.map((each, i) => ({ step: each, flops: flops[i]!, loss: value[i]! }))
  }

  /** The nearest SFT run above, the run itself included. */
  function sftAbove(run: RunRow | undefined): RunRow | undefined {
    if (!run || run.kind === 'sft') return run
    return run.parent === null ? undefined : sftAbove(records.byId(run.parent))
  }

  /** One curve that cannot be fitted must not hide the others. */
  const fitOf = (run: RunRow, request: FitRequest): Promise<CurveFit | null> =>
    fits.of(request).catch((error: unknown) => {
      log.warn({ err: error, run: run.id }, 'a curve could not be fitted')
      return null
    })

  async function curveOf(run: RunRow, patienceMs?: number, metric = 'overall'): Promise<BranchCurve> {
    const rows = measurements.evaluations(run.no)
    const sft = sftAbove(run)
    const losses = sft ? lossesOf(sft) : []
    const origin = run.origin === null ? null : (JSON.parse(run.origin) as RunOrigin)
    // Problems by benchmark, where the run's file says.
    const sizes = origin?.benchmarks ?? {}
    const points = rows.flatMap((row) => byMetric(evaluationPoint(row, run), metric, sizes) ?? [])
    const request = fitRequest(run, metric === 'overall' ? rows : [], points, origin)
    const fit =
      request === null ? null : await within(fitOf(run, request), patienceMs, () => notices.changed('points', run.id))
    return {
      run: run.id,
      name: run.name,
      paradigm: run.paradigm,
      objective: run.objective,
      data: run.data,
      model: run.model,
      seed: run.seed,
      state: run.state,
      parent: run.parent,
      parentStep: run.parent_step,
      beforeFlops: run.before_flops,
      points,
      minValLoss: losses.length > 0 ? Math.min(...losses.map(({ loss }) => loss)) : (origin?.printedMinLoss ?? null),
      origin,
      regime:
        run.kind === 'sft' || run.parent !== sft?.id || run.parent_step === null
          ? null
          : regimeAt(losses, run.parent_step),
      fitPending: fit === 'pending',
      fit: fit === 'pending' ? null : fit,
    }
  }

  /** Steps to switch at: saved checkpoints; of an imported run, which has none, the steps that its file measured. */
  function switchStops(run: RunRow): { step: number; flops: number }[] {
    if (run.origin === null) return measurements.checkpoints(run.no).map(({ step, flops }) => ({ step, flops }))
    const stops = new Map<number, number>()
    for (const { step, flops } of [...measurements.evaluations(run.no), ...lossesOf(run)]) stops.set(step, flops)
    return [...stops].map(([step, flops]) => ({ step, flops })).sort((a, b) => a.step - b.step)
  }

  return {
    curveOf,
    async curves(study, patienceMs, metric) {
      const runs =
        study === null
          ? records.all({ deleted: false })
          : records.ofStudy(study).filter((run) => run.deleted_at === null)
      const shown = runs.filter((run) => run.kind !== 'pretrain' && measurements.evaluations(run.no).length > 0)
      const curves = await Promise.all(shown.map((run) => curveOf(run, patienceMs, metric)))
      return curves.filter(({ points }) => points.length > 0)
    },
    async switchPoint(id) {
      const run = records.byId(id)
      if (!run) throw noSuchRun(id)
      if (run.kind !== 'sft') {
        throw new Failure({
          code: 'run.wrong_state',
          message: `${run.name} is no SFT run: there is nothing to switch from.`,
          input: id,
          remedy: 'Choose an SFT run.',
        })
      }
      const training = measurements.series(run.no, 'train/loss', -1, trainingPoints)
      const branches = records.children(id).filter((child) => child.kind === 'rl' || child.kind === 'synchronized')
      return {
        run: summaryOf(run, measurements, null),
        validation: lossesOf(run),
        training: training.step.map((step, i) => ({ step, loss: training.value[i]! })),
        evaluations: measurements.evaluations(run.no).map((row) => evaluationPoint(row, run)),
        checkpoints: switchStops(run),
        branches: await Promise.all(branches.map((child) => curveOf(child, patience))),
      }
    },
  }
}

/** Only what learns from rewards follows the law: an SFT curve is no branch. */
function fitRequest(
  run: RunRow,
  rows: readonly EvaluationRow[],
  points: readonly EvaluationPoint[],
  origin: RunOrigin | null,
): FitRequest | null {
  if (run.kind !== 'rl' && run.kind !== 'synchronized') return null
  const start = points.find((point) => point.step === 0)
  if (!start) return null
  const sds = rows.flatMap((row) => samplingSd(outcomesOf(row)) ?? importedNoise(row, origin) ?? [])
  return {
    points: points
      .filter((point) => point.step > 0)
      .map(({ step, flops, accuracy }) => ({ step, flops, score: 100 * accuracy.value })),
    pSft: 100 * start.accuracy.value,
    noiseSd: sds.length > 0 ? 100 * Math.sqrt(sds.reduce((sum, sd) => sum + sd * sd, 0) / sds.length) : null,
  }
}

/** What an imported evaluation's noise should be by the sizes of its benchmarks. */
const importedNoise = (row: EvaluationRow, origin: RunOrigin | null): number | null =>
  origin === null || row.benchmarks === null
    ? null
    : expectedNoiseOfShares(JSON.parse(row.benchmarks) as Record<string, number>, origin.benchmarks)

/** The regime in which a checkpoint lies, by its SFT run's losses. */
export function regimeAt(
  losses: readonly { readonly step: number; readonly loss: number }[],
  step: number,
): Regime | null {
  if (losses.length === 0) return null
  const { points, intervals } = classifyRegimes(losses)
  const exact = points.find((point) => point.step === step)
  return exact?.regime ?? intervals.find(({ from, to }) => from <= step && step <= to)?.regime ?? null
}

/** The fit, or `pending` when it takes longer than the patience; then `ready` is called when it is there. */
async function within(
  fit: Promise<CurveFit | null>,
  patienceMs: number | undefined,
  ready: () => void,
): Promise<CurveFit | null | 'pending'> {
  if (patienceMs === undefined) return fit
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'pending'>((resolve) => (timer = setTimeout(() => resolve('pending'), patienceMs)))
  const first = await Promise.race([fit, late])
  clearTimeout(timer)
  if (first === 'pending') void fit.then(ready).catch(() => {})
  return first
}
