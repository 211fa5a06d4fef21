/** Everything that a study's result and report are made of, gathered from the store in one place. */
import { pairedDifference, type PairedDifference, type PromptOutcome } from '#shared/analysis/accuracy.ts'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import type { RegimeResult } from '#shared/analysis/types.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import type { EvaluationPoint } from '#shared/contract/runs.ts'
import type { Stage } from '#shared/experiment/spec.ts'
import type { Curves } from '../analysis/branch-curves.ts'
import type { Fits } from '../analysis/fits.ts'
import type { Needed } from '../analysis/needed-evaluations.ts'
import { outcomesOf } from '../runs/read-runs.ts'
import type { EvaluationRow, Measurements } from '../store/measurements.ts'
import type { RunRecords, RunRow } from '../store/runs.ts'
import type { StudyRole } from '#shared/contract/studies.ts'
import type { PlannedRunId } from './studies.ts'

/** One run of the study as the report sees it. */
export interface Arm {
  readonly id: string
  readonly role: StudyRole
  readonly name: string
  readonly objective: string
  readonly stage: Stage
  readonly parent: string | null
  readonly parentStep: number | null
  readonly steps: number
  readonly beforeFlops: number
  /** SFT + RL at its end; 0 for the base. */
  readonly totalFlops: number
  readonly seconds: number
  readonly curve: BranchCurve
  readonly first: EvaluationPoint
  readonly last: EvaluationPoint
  /** Last evaluation against the first, prompt by prompt. */
  readonly gain: PairedDifference | null
  readonly outcomes: readonly PromptOutcome[]
  readonly needed: Needed | null
}

export interface StudyFacts {
  readonly seed: number
  readonly model: string
  readonly parameters: number | null
  readonly backend: { readonly name: string; readonly version: string; readonly device: string } | null
  readonly codeVersion: string
  readonly wallS: number
  readonly base: Arm
  readonly sft: Arm
  /** Arms that end at the common total, best first. */
  readonly arms: readonly Arm[]
  readonly losses: readonly { readonly step: number; readonly flops: number; readonly loss: number }[]
  readonly regimes: RegimeResult
  /** The SFT run's end over the base, and the best branch over its own start. */
  readonly sftOverBase: PairedDifference
  readonly bestBranch: Arm
}

export interface FactsDeps {
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly curves: Curves
  readonly fits: Fits
}

export async function gatherFacts(
  planned: readonly PlannedRunId[],
  wallS: number,
  deps: FactsDeps,
): Promise<StudyFacts> {
  const { records, measurements } = deps
  const runs = planned.map(({ id, role }) => ({ role, run: records.byId(id)! }))
  const arms = await Promise.all(runs.map(({ role, run }) => armOf(role, run, deps)))
  const only = (role: StudyRole) => arms.find((arm) => arm.role === role)!
  const base = only('base')
  const sft = only('sft')
  const sftRow = records.byId(sft.id)!
  const { step, flops, value } = measurements.series(sftRow.no, 'val/loss', -1, 10_000)
  const losses = step.map((each, i) => ({ step: each, flops: flops[i]!, loss: value[i]! }))
  const ended = arms
    .filter((arm) => arm.role !== 'base' && arm.role !== 'sft')
    .sort((a, b) => b.last.accuracy.value - a.last.accuracy.value)
  const baseRow = records.byId(base.id)!
  return {
    seed: baseRow.seed,
    model: baseRow.model,
    parameters: baseRow.parameters,
    backend: baseRow.backend === null ? null : (JSON.parse(baseRow.backend) as StudyFacts['backend']),
    codeVersion: baseRow.code_version,
    wallS,
    base,
    sft,
    arms: ended,
    losses,
    regimes: classifyRegimes(losses),
    sftOverBase: pairedDifference(base.outcomes, sft.outcomes),
    bestBranch: ended.find((arm) => arm.role === 'branch')!,
  }
}

async function armOf(role: StudyRole, run: RunRow, { measurements, curves, fits }: FactsDeps): Promise<Arm> {
  const curve = await curves.curveOf(run)
  const rows = measurements.evaluations(run.no)
  const [firstRow, lastRow] = [rows[0]!, rows.at(-1)!]
  const { fit, points } = curve
  const spacing = points.length > 1 ? points.at(-1)!.flops / (points.length - 1) : 0
  const params =
    fit && 'A' in fit.params
      ? { A: fit.params.A!, B: fit.params.B!, cMid: fit.params.cMid!, eps: fit.params.eps! }
      : null
  return {
    ...{ id: run.id, role, name: run.name, objective: run.objective, parent: run.parent, parentStep: run.parent_step },
    stage: JSON.parse(run.stage) as Stage,
    steps: run.step,
    beforeFlops: run.before_flops,
    totalFlops: run.kind === 'pretrain' ? 0 : run.before_flops + run.flops,
    seconds: run.wall_ms / 1000,
    curve,
    first: points[0]!,
    last: points.at(-1)!,
    gain: samePrompts(firstRow, lastRow) ? pairedDifference(outcomesOf(firstRow), outcomesOf(lastRow)) : null,
    outcomes: outcomesOf(lastRow),
    needed:
      params && fit
        ? await fits.needed({
            params,
            pSft: fit.pSft,
            noiseSd: Math.max(0.05, fit.noiseSd),
            n: points.length - 1,
            spacing,
            prompts: points.at(-1)!.n,
          })
        : null,
  }
}

const samePrompts = (a: EvaluationRow, b: EvaluationRow): boolean => a.step !== b.step && a.prompt_ids === b.prompt_ids
