/** The candidates of a search once its SFT run is there: where each starts, how far it is to go, how often it is evaluated. */
import type { RlStage, Budget, ExperimentSpec } from '#shared/experiment/spec.ts'
import type { RunService } from '../../runs/run-service.ts'
import type { Measurements } from '../../store/measurements.ts'
import type { RunRow } from '../../store/runs.ts'
import { checkTarget, chooseCandidates, type SftFacts } from './candidates.ts'
import { scoreAt } from './search-facts.ts'
import type { CandidateState, SearchState } from './state.ts'

export interface SetUpDeps {
  readonly runs: Pick<RunService, 'branchSpec' | 'evaluations'>
  readonly measurements: Measurements
  /** FLOPs and seconds (null where unknown) of a spec's first stage. */
  estimate(spec: ExperimentSpec): Promise<{ readonly flops: number; readonly seconds: number | null }>
}

export type Settings = Pick<SearchState, 'stage' | 'count' | 'steps' | 'target' | 'evaluations' | 'threads'>

export interface SetUp {
  readonly target: number
  readonly candidates: readonly CandidateState[]
}

/** Throws `input.empty`, `input.invalid`, `checkpoint.missing`. */
export async function setUp(settings: Settings, sft: RunRow, deps: SetUpDeps): Promise<SetUp> {
  const { count, steps, evaluations } = settings
  const chosen = chooseCandidates(sftFactsOf(sft, deps.measurements), { count, ...(steps && { steps }) })
  const last = chosen.at(-1)!
  const plannedStepFlops = await stepFlopsOf(settings, sft, last.step, deps)
  const { totalFlops, flops, steps: rlSteps } = settings.stage.budget
  const target =
    settings.target ?? totalFlops ?? sft.before_flops + last.sftFlops + (flops ?? rlSteps * plannedStepFlops)
  checkTarget(chosen, sft.before_flops, target)
  const scores = deps.runs.evaluations(sft.id).map((each) => ({ step: each.step, score: 100 * each.accuracy.value }))
  return {
    target,
    candidates: chosen.map(({ step, regime, sftFlops }): CandidateState => {
      const targetFlops = target - sft.before_flops - sftFlops
      const every = Math.max(1, Math.round(targetFlops / plannedStepFlops / evaluations))
      return { step, regime, sftFlops, targetFlops, plannedStepFlops, every, pSft: scoreAt(step, scores), run: null }
    }),
  }
}

const plannedSteps = 100

async function stepFlopsOf(settings: Settings, sft: RunRow, step: number, deps: SetUpDeps): Promise<number> {
  const spec = deps.runs.branchSpec({
    ...{ from: sft.id, step, detached: false },
    stage: { ...settings.stage, budget: { steps: plannedSteps } },
  })
  return (await deps.estimate(spec)).flops / plannedSteps
}

/** The RL stage of a candidate, with the limits of a round. */
export const stageOf = (stage: RlStage, { every }: Pick<CandidateState, 'every'>, budget: Budget): RlStage => ({
  ...stage,
  budget,
  evaluation: { ...stage.evaluation, every },
  checkpoints: { keepLast: 2 },
})

/** Seconds of a candidate run to its target; null where unknown. */
export async function secondsOf(
  { stage, threads }: Settings,
  sft: RunRow,
  candidate: CandidateState,
  deps: SetUpDeps,
): Promise<number | null> {
  const { targetFlops: flops, plannedStepFlops, step } = candidate
  const budget = { steps: Math.max(1, Math.round(flops / plannedStepFlops)), flops }
  const spec = deps.runs.branchSpec({
    ...{ from: sft.id, step, detached: false, stage: stageOf(stage, candidate, budget) },
    ...(threads !== null && { threads }),
  })
  return (await deps.estimate(spec)).seconds
}

function sftFactsOf(sft: RunRow, measurements: Measurements): SftFacts {
  const { step, value } = measurements.series(sft.no, 'val/loss', -1, 100_000)
  return {
    ...{ id: sft.id, name: sft.name },
    checkpoints: measurements.checkpoints(sft.no).map((each) => ({ step: each.step, flops: each.flops })),
    validation: step.map((each, i) => ({ step: each, loss: value[i]! })),
  }
}
