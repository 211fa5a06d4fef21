/** What a miniature's result and report are made of, gathered from the store; runs that did not complete are left out by name. */
import type { Regime } from '#shared/analysis/types.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import type { PaperResult } from '#shared/contract/paper-study.ts'
import type { EvaluationPoint } from '#shared/contract/runs.ts'
import type { RunRow } from '../../store/runs.ts'
import type { FactsDeps } from '../study-facts.ts'
import type { PlannedRunId } from '../studies.ts'
import type { PaperArm, PaperTrunk } from './claims.ts'
import type { PaperSet } from './plan.ts'

/** One completed run of the miniature. */
export interface PaperRunFacts {
  readonly id: string
  readonly name: string
  readonly role: PlannedRunId['role']
  readonly seed: number
  readonly set: PaperSet | null
  readonly parent: string | null
  readonly parentStep: number | null
  readonly totalFlops: number
  readonly curve: BranchCurve
  readonly first: EvaluationPoint
  readonly last: EvaluationPoint
}

export interface PaperFacts {
  readonly runs: readonly PaperRunFacts[]
  readonly leftOut: PaperResult['leftOut']
  readonly codeVersion: string
  readonly model: string
  readonly wallS: number
}

export async function gatherPaper(
  planned: readonly PlannedRunId[],
  wallS: number,
  { records, curves }: Pick<FactsDeps, 'records' | 'curves'>,
): Promise<PaperFacts> {
  const runs: PaperRunFacts[] = []
  const leftOut: PaperResult['leftOut'] = []
  for (const { id, role, set } of planned) {
    const run = records.byId(id)!
    const curve = run.state === 'completed' ? await curves.curveOf(run) : null
    const [first, last] = curve ? [curve.points[0], curve.points.at(-1)] : []
    if (curve && first && last) runs.push({ ...factsOf(run, role, set ?? null), curve, first, last })
    else leftOut.push({ what: run.name, why: curve ? 'it was never evaluated' : `the run is ${run.state}` })
  }
  const any = records.byId(planned[0]!.id)!
  return { runs, leftOut, codeVersion: any.code_version, model: any.model, wallS }
}

const factsOf = (run: RunRow, role: PlannedRunId['role'], set: PaperSet | null) => ({
  ...{ id: run.id, name: run.name, role, set, seed: run.seed, parent: run.parent, parentStep: run.parent_step },
  totalFlops: run.kind === 'pretrain' ? 0 : run.before_flops + run.flops,
})

export const isTrunk = ({ role }: PaperRunFacts): boolean => role === 'base' || role === 'sft'

/** The arms as the claims read them. */
export const armsOf = ({ runs }: PaperFacts): PaperArm[] =>
  runs
    .filter((run) => !isTrunk(run))
    .map(({ role, seed, set, curve, parentStep, first, last }) => ({
      ...{ role, seed, set, parentStep },
      regime: curve.regime as Regime | null,
      start: 100 * first.accuracy.value,
      end: 100 * last.accuracy.value,
      ceiling: curve.fit && curve.fit.verdict !== 'not-identifiable' ? curve.fit.aPost.value : null,
    }))

export const trunksOf = ({ runs }: PaperFacts): PaperTrunk[] =>
  runs.flatMap(({ role, seed, set, curve }) =>
    role === 'sft' && set !== null && curve.minValLoss !== null
      ? [
          {
            ...{ seed, set, minValLoss: curve.minValLoss },
            best: 100 * Math.max(...curve.points.map(({ accuracy }) => accuracy.value)),
          },
        ]
      : [],
  )
