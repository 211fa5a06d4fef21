/** From a spec to queued runs, and a branch from a checkpoint. Checked whole before anything is stored. */
import { Failure } from '#shared/contract/failure.ts'
import { modelName } from '#shared/experiment/model-name.ts'
import type { ExperimentSpec, RlStage, Stage } from '#shared/experiment/spec.ts'
import type { Measurements } from '../store/measurements.ts'
import type { NewRun, RunRecords, RunRow } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { checkData, type DataFacts } from '../experiments/check-data.ts'
import { setupOf, setupOfRun, shapeOfStage, specOfRun, taskOfSetup, type RunSetup } from '../experiments/run-setup.ts'
import { newId } from '../ids.ts'
import { assertTrainable } from '../system/without-tensorflow.ts'
import { canonical, expand } from './expand.ts'
import { pinOnDisk } from './launch.ts'
import { livingRun } from './no-such-run.ts'
import { assertTrainedHere } from './trained-here.ts'

export interface CreateOptions {
  /** Goes on without a client. */
  readonly detached: boolean
  /** For a study: which study, and the role of each stage's run. */
  readonly study?: { readonly id: string; readonly roles: readonly (string | null)[] }
}

export interface CreateRuns {
  /** Returns the chain's ids, first to last. A base that was trained before with the same settings is the first of them. */
  create(spec: ExperimentSpec, options: CreateOptions): string[]
  /** The spec of a branch, as `branch` would queue it. Throws `run.not_found`, `checkpoint.missing`. */
  branchSpec(request: BranchRequest): ExperimentSpec
  /** Queues an RL stage from the checkpoint nearest to `step`. */
  branch(request: BranchRequest): { run: string; step: number }
}

export interface BranchRequest {
  readonly from: string
  readonly step: number
  readonly stage: RlStage
  readonly name?: string
  /** Absent: as many as the run it branches from. */
  readonly threads?: number
  readonly detached: boolean
  readonly study?: CreateOptions['study']
}

export interface CreateRunsDeps {
  readonly store: Store
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly runsFolder: string
  readonly codeVersion: string
  /** Facts of a subset or a whole dataset. Throws `subset.not_found`, `dataset.not_found`. */
  data(ref: string): DataFacts
  now(): number
}

export function createCreateRuns(deps: CreateRunsDeps): CreateRuns {
  const { store, records, measurements } = deps

  function create(spec: ExperimentSpec, { detached, study }: CreateOptions): string[] {
    assertTrainable(spec)
    checkData(spec, deps.data)
    const setup = setupOf(spec)
    const task = taskOfSetup(spec.task, setup)
    for (const stage of spec.stages) shapeOfStage(setup, task, stage)
    const start = spec.start ? startOf(spec, setup, spec.start) : null
    const runs = expand(spec, {
      start,
      setup,
      detached,
      codeVersion: deps.codeVersion,
      now: deps.now(),
      newId: () => newId('run'),
      dataName: (ref) => deps.data(ref).name,
    }).map((run, i): NewRun => (study ? { ...run, study: study.id, role: study.roles[i] ?? null } : run))
    const base = runs.length > 1 && runs[0]!.kind === 'pretrain' ? sameBase(runs[0]!) : undefined
    const added = base ? runs.slice(1) : runs
    if (base && added[0]) added[0] = { ...added[0], parent: base.id }
    store.transaction(() => {
      for (const run of added) records.insert(run)
      records.enqueue(added.map((run) => run.id))
      if (base) {
        const first = records.byId(added[0]!.id)!
        measurements.addEvent(
          first.no,
          0,
          'info',
          `Starts from ${base.name} (${base.id}), which has the same settings.`,
          deps.now(),
        )
      }
    })
    return [...(base ? [base.id] : []), ...added.map((run) => run.id)]
  }

  /** A base run with the same settings that is complete or on its way. */
  const sameBase = (wanted: NewRun): RunRow | undefined =>
    records.byFingerprint(wanted.fingerprint).find((run) => ['completed', 'running', 'queued'].includes(run.state))

  function startOf(spec: ExperimentSpec, setup: RunSetup, { run: id, step }: NonNullable<ExperimentSpec['start']>) {
    const run = livingRun(records, id)
    assertTrainedHere(run, 'start from it')
    if (run.model !== modelName(spec.model)) {
      throw new Failure({
        code: 'checkpoint.incompatible',
        message: `Run ${id} is a ${run.model}; the spec asks for a ${modelName(spec.model)}.`,
        input: 'start.run',
        remedy: `Set model to ${run.model}, or start from another run.`,
      })
    }
    if (canonical(speechOf(run.task, setupOfRun(run))) !== canonical(speechOf(spec.task, setup))) {
      throw new Failure({
        code: 'checkpoint.incompatible',
        message: `Run ${id} was trained with another model folder, adapter or tokenizer.`,
        input: 'start.run',
        remedy: 'Name the same ones as that run, or start from another run.',
      })
    }
    const steps = measurements.checkpoints(run.no).map((checkpoint) => checkpoint.step)
    if (step !== undefined && !steps.includes(step)) throw noCheckpoint(run, step, steps)
    // Without a step: a complete run gives its last checkpoint (an SFT run: where switchAt says), another one when it is complete.
    return { run, step: step ?? null, ancestors: ancestorsOf(run) }
  }

  function ancestorsOf(run: RunRow): Stage['kind'][] {
    const parent = run.parent === null ? undefined : records.byId(run.parent)
    return parent ? [parent.kind, ...ancestorsOf(parent)] : []
  }

  /** What `branch` queues, with the checkpoint it starts from. */
  function planBranch({ from, step, stage, name, threads }: BranchRequest) {
    const parent = livingRun(records, from)
    assertTrainedHere(parent, 'branch from it')
    const checkpoints = measurements.checkpoints(parent.no)
    const steps = checkpoints.map((checkpoint) => checkpoint.step)
    if (steps.length === 0) throw noCheckpoint(parent, step, steps)
    const at = nearest(steps, step)
    const spec = {
      name: name ?? `${parent.name} · RL from step ${at}`,
      ...specOfRun(parent),
      seed: parent.seed,
      engine: { ...(JSON.parse(parent.engine) as ExperimentSpec['engine']), ...(threads !== undefined && { threads }) },
      start: { run: from, step: at },
      stages: [stage],
    } as ExperimentSpec
    return { spec, at, path: checkpoints.find((checkpoint) => checkpoint.step === at)!.path }
  }

  return {
    create,
    branchSpec: (request) => planBranch(request).spec,
    branch(request) {
      const { spec, at, path } = planBranch(request)
      const { from, detached, study } = request
      const [run] = create(spec, { detached, ...(study && { study }) })
      // Kept from now on: the parent may go on and drop older ones before the branch has started.
      pinOnDisk(deps.runsFolder, from, path)
      return { run: run!, step: at }
    },
  }
}

/** What a checkpoint's weights were made with and for; the prompt's template may change along a chain. */
const speechOf = (task: string, { model, text }: RunSetup) => ({
  isLab: task === 'lab',
  model,
  tokenizer: text?.tokenizerHash ?? null,
})

export const nearest = (steps: readonly number[], wanted: number): number =>
  steps.reduce((best, step) => (Math.abs(step - wanted) < Math.abs(best - wanted) ? step : best))

export function noCheckpoint(run: Pick<RunRow, 'id' | 'name'>, step: number, steps: readonly number[]): Failure {
  return new Failure({
    code: 'checkpoint.missing',
    message: `${run.name} (${run.id}) has no checkpoint at step ${step}.`,
    input: `${run.id}, step ${step}`,
    remedy:
      steps.length > 0
        ? `Its nearest is at step ${nearest(steps, step)}; it has ${steps.join(', ')}.`
        : 'Let it run until it has saved one.',
  })
}
