/** What a search is asked, read against the store: which SFT run, which RL stage, on how many threads. */
import { Failure } from '#shared/contract/failure.ts'
import type { SwitchRequest } from '#shared/contract/switch-study.ts'
import { RlStage, type Engine, type ExperimentSpec, type Stage } from '#shared/experiment/spec.ts'
import type * as z from 'zod'
import { livingRun } from '../../runs/no-such-run.ts'
import type { RunRecords, RunRow } from '../../store/runs.ts'
import { firstEvaluations } from './round.ts'
import type { SearchState } from './state.ts'

export interface RequestDeps {
  readonly records: RunRecords
  /** Threads of the machine. */
  readonly threads: number
}

export interface ReadRequest extends Pick<
  SearchState,
  'stage' | 'count' | 'steps' | 'target' | 'budgetShare' | 'evaluations' | 'lanes' | 'threads'
> {
  /** The SFT run that is there; null: `chain` trains it first. */
  readonly sft: RunRow | null
  readonly chain: ExperimentSpec | null
}

type EngineSettings = z.infer<typeof Engine>

/** Throws `input.invalid`, `run.not_found`, `run.wrong_state`. */
export function readRequest(request: SwitchRequest, { records, threads }: RequestDeps): ReadRequest {
  const { count, steps, target = null, budgetShare, evaluations } = request
  const { sft, chain, stage } = whatToSearch(request, records)
  if (stage.schedule.kind !== 'constant') {
    throw new Failure({
      code: 'input.invalid',
      message: `The RL stage's learning rate follows a ${stage.schedule.kind} schedule, whose end is not known while branches are stopped and extended.`,
      input: 'schedule.kind',
      remedy: 'Give the RL stage a constant schedule; a warm-up is fine.',
    })
  }
  if (firstEvaluations / evaluations > budgetShare) {
    throw new Failure({
      code: 'input.invalid',
      message: `The first ${firstEvaluations} of ${evaluations} evaluations of every branch take ${Math.round((100 * firstEvaluations) / evaluations)} % of the compute; the budget is ${Math.round(100 * budgetShare)} %: it would end before every candidate was looked at.`,
      input: 'budgetShare, evaluations',
      remedy: `Evaluate at least ${Math.ceil(firstEvaluations / budgetShare)} times, or raise the budget.`,
    })
  }
  const engine = sft ? (JSON.parse(sft.engine) as EngineSettings) : chain!.engine
  const lanesFor = (each: number) => Math.max(1, Math.min(2, Math.floor(threads / each)))
  const lanes = request.lanes ?? (engine.threads ? lanesFor(engine.threads) : lanesFor(1))
  return {
    ...{ sft, chain, stage, count, target, budgetShare, evaluations, lanes },
    ...(steps && { steps }),
    threads: engine.threads ?? (lanes > 1 ? Math.max(1, Math.floor(threads / lanes)) : null),
  }
}

function whatToSearch({ run, spec, stage }: SwitchRequest, records: RunRecords) {
  if ((run === undefined) === (spec === undefined)) {
    throw invalid('Name the SFT run to search, or a spec that trains one: one of the two.', 'run, spec')
  }
  if (run !== undefined) return existing(sftRun(run, records), stage)
  const stages = spec!.stages
  const at = stages.findLastIndex(({ kind }) => kind === 'sft')
  const rest = stages.slice(at + 1)
  const [rl] = rest
  if (rest.length > 1 || (rl && rl.kind !== 'rl')) {
    throw invalid('A switch search takes SFT and one RL stage; the spec goes on after it.', 'spec.stages')
  }
  if (at >= 0) {
    return { sft: null, chain: { ...spec!, stages: stages.slice(0, at + 1) }, stage: rl ?? defaultStage(stages[at]!) }
  }
  if (!rl || !spec!.start) throw invalid('The spec has no SFT stage to switch from.', 'spec.stages')
  return existing(sftRun(spec!.start.run, records), rl)
}

const existing = (sft: RunRow, stage: RlStage | undefined) => ({
  sft,
  chain: null,
  stage: stage ?? defaultStage(JSON.parse(sft.stage) as Stage),
})

/** The lab task's settings, tested as the SFT run is. */
const defaultStage = ({ evaluation }: Stage): RlStage => RlStage.parse({ kind: 'rl', evaluation })

function sftRun(id: string, records: RunRecords): RunRow {
  const run = livingRun(records, id)
  if (run.kind === 'sft') return run
  throw new Failure({
    code: 'run.wrong_state',
    message: `${run.name} is no SFT run: there is nothing to switch from.`,
    input: id,
    remedy: 'Name an SFT run.',
  })
}

const invalid = (message: string, input: string) =>
  new Failure({ code: 'input.invalid', message, input, remedy: 'docs/commands.md describes both forms.' })
