/**
 * How long a spec will take, and how much disk and memory: from the speed of the like on this machine, else from the FLOPs and
 * the speed of its matrix products.
 */
import { modelName } from '#shared/experiment/model-name.ts'
import { denseParameters } from '#shared/flops/flops.ts'
import type { DataRef, Engine, ExperimentSpec, Stage } from '#shared/experiment/spec.ts'
import type { ModelShape } from '#shared/experiment/presets.ts'
import type * as z from 'zod'
import type { StageEstimate } from '#shared/contract/runs.ts'
import type { RunRows } from '../datasets/run-rows.ts'
import { checkData } from '../experiments/check-data.ts'
import {
  setupOf,
  setupOfRun,
  shapeOfStage,
  stageLengths,
  taskOfSetup,
  type RunSetup,
} from '../experiments/run-setup.ts'
import { canonical, objectiveOf } from '../runs/expand.ts'
import type { Measurements } from '../store/measurements.ts'
import type { RunRecords, RunRow } from '../store/runs.ts'
import type { Speeds } from '../store/speeds.ts'
import type { BackendKnowledge } from '../system/backend-probe.ts'
import { diskOf, machine, machineKey } from '../system/machine.ts'
import { adapterParameters } from './adapter-parameters.ts'
import { createRowLengths } from './row-lengths.ts'
import { evaluationAnswers, planStage, type StagePlan } from './stage-plan.ts'

export interface Estimate {
  readonly stages: z.infer<typeof StageEstimate>[]
  /** When the last stage would be through, with the queue before it; null where a time is not known (ms since the epoch). */
  readonly readyAt: number | null
  readonly freeBytes: number
}

export interface Estimates {
  of(spec: ExperimentSpec): Promise<Estimate>
  /** A run is complete: what it took is remembered. */
  learn(run: RunRow): Promise<void>
  /** Seconds that a queued or running run still takes; null where unknown. */
  secondsLeft(run: RunRow): Promise<number | null>
}

export interface EstimatesDeps {
  readonly records: RunRecords
  readonly measurements: Measurements
  readonly speeds: Speeds
  readonly backend: BackendKnowledge
  readonly workspacePath: string
  readonly data: RunRows
  now(): number
}

/** Share of the speed of large products that small models reach (measured on lab-0.3m). */
const reached = { pretrain: 0.35, sft: 0.3, rl: 0.3, synchronized: 0.3 } as const
const startSeconds = 6
const probeWaitMs = 5_000

export function createEstimates(deps: EstimatesDeps): Estimates {
  const { records, measurements, speeds, backend, now } = deps

  const rowLengths = createRowLengths(deps.data)

  const onDevice = (engine: EngineSettings): EngineSettings => ({
    ...engine,
    device: engine.device ?? backend.device(),
  })

  async function planOf(stage: Stage, { task: id, setup }: Planned, beforeFlops: number): Promise<StagePlan> {
    const task = taskOfSetup(id, setup)
    const lengths = await rowLengths(stage.data, task, setup, stageLengths(stage, task))
    const shape = shapeOfStage(setup, task, stage)
    return planStage({
      stage,
      shape,
      parameters: denseParameters(shape) - (shape.tied ? shape.vocabSize * shape.width : 0),
      trained: trainedShare(setup, shape),
      lengths,
      testAnswers: evaluationAnswers(stage.evaluation, (data) => rowsIn(data, 'test')),
      validationRows: stage.kind === 'sft' ? validationRows(stage) : 0,
      beforeFlops,
    })
  }

  const rowsIn = (ref: DataRef, split: 'validation' | 'test'): number =>
    typeof ref === 'string' ? deps.data.facts(ref).splits[split] : ref.lab.rows

  function validationRows({ data, validation }: Extract<Stage, { kind: 'sft' }>): number {
    const own = typeof data === 'string' ? deps.data.facts(data).splits.validation : 0
    return own > 0 ? own : rowsIn(validation.data, 'validation')
  }

  async function secondsOf(
    plan: StagePlan,
    stage: Stage,
    run: SpeedKey,
  ): Promise<{ seconds: number | null; measured: boolean }> {
    const known = speeds.find({
      machine: machineKey(await machine()),
      model: run.model,
      kind: stage.kind,
      shape: shapeKey(stage, run.task, onDevice(run.engine)),
    })
    const budgetSeconds = stage.budget.minutes === undefined ? Number.POSITIVE_INFINITY : stage.budget.minutes * 60
    if (known)
      return {
        seconds: Math.min(budgetSeconds, known.start_seconds + plan.allFlops / known.flops_per_second),
        measured: true,
      }
    const facts = backend.facts()
    // Whoever asks next will know.
    if (!facts && !backend.problem()) void backend.known()
    if (!facts) return { seconds: Number.isFinite(budgetSeconds) ? budgetSeconds : null, measured: false }
    const rate = facts.matmulGflops * 1e9 * reached[stage.kind]
    return { seconds: Math.min(budgetSeconds, startSeconds + plan.allFlops / rate), measured: false }
  }

  async function secondsLeft(run: RunRow): Promise<number | null> {
    if (run.state === 'running' && run.seconds_left !== null) return run.seconds_left
    const stage = JSON.parse(run.stage) as Stage
    const plan = await planOf(stage, plannedOf(run), run.before_flops)
    const { seconds } = await secondsOf(plan, stage, {
      model: run.model,
      task: run.task,
      engine: JSON.parse(run.engine) as EngineSettings,
    })
    return seconds === null ? null : seconds * Math.max(0, 1 - run.step / plan.steps)
  }

  return {
    secondsLeft,
    async of(spec) {
      // The first answer of all waits a moment for the machine's speed; without it times are unknown.
      await Promise.race([backend.known(), new Promise((resolve) => setTimeout(resolve, probeWaitMs))])
      const stages: z.infer<typeof StageEstimate>[] = []
      const startRun = spec.start ? records.byId(spec.start.run) : undefined
      let before = startRun && startRun.kind !== 'pretrain' ? startRun.before_flops + startRun.flops : 0
      checkData(spec, deps.data.facts)
      const planned = { task: spec.task, setup: setupOf(spec) }
      for (const stage of spec.stages) {
        const plan = await planOf(stage, planned, before)
        const key = { model: modelName(spec.model), task: spec.task, engine: spec.engine }
        const { seconds, measured } = await secondsOf(plan, stage, key)
        if (stage.kind !== 'pretrain') before += plan.flops
        stages.push({
          stage: stage.kind,
          seconds,
          measured,
          flops: plan.flops,
          checkpoints: plan.checkpoints,
          diskBytes: plan.checkpoints * plan.checkpointBytes,
          memoryBytes: plan.memoryBytes,
        })
      }
      // A queued run whose tokenizer is gone says so when its turn comes.
      const queue = await Promise.all(
        records.inStates(['queued', 'running']).map((run) => secondsLeft(run).catch(() => null)),
      )
      const all = [...queue, ...stages.map((stage) => stage.seconds)]
      const total = all.some((seconds) => seconds === null)
        ? null
        : all.reduce<number>((sum, seconds) => sum + seconds!, 0)
      return {
        stages,
        readyAt: total === null ? null : now() + total * 1000,
        freeBytes: diskOf(deps.workspacePath).freeBytes,
      }
    },

    async learn(run) {
      const attempt = records.attempt(run)
      // A resumed run has been slowed by its interruptions.
      if (run.state !== 'completed' || run.attempt !== 1 || !attempt || attempt.ended_at === null || run.wall_ms <= 0)
        return
      const stage = JSON.parse(run.stage) as Stage
      const plan = await planOf(stage, plannedOf(run), run.before_flops)
      const seconds = run.wall_ms / 1000
      const checkpoints = measurements.checkpoints(run.no)
      const bytes = checkpoints.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0) / Math.max(1, checkpoints.length)
      speeds.add({
        machine: machineKey(await machine()),
        model: run.model,
        kind: stage.kind,
        shape: shapeKey(stage, run.task, onDevice(JSON.parse(run.engine) as EngineSettings)),
        flops_per_second: (run.flops + (plan.allFlops - plan.flops)) / seconds,
        start_seconds: Math.max(0, (attempt.ended_at - attempt.started_at) / 1000 - seconds),
        checkpoint_bytes: bytes,
        memory_bytes: measurements.newest(run.no, ['system/memory_bytes'])['system/memory_bytes'] ?? 0,
        measured_at: now(),
      })
    },
  }
}

type EngineSettings = z.infer<typeof Engine>
interface SpeedKey {
  readonly model: string
  readonly task: string
  readonly engine: EngineSettings
}

/** What is asked for or what a run has, as far as its plan goes. */
interface Planned {
  readonly task: string
  readonly setup: RunSetup
}
const plannedOf = (run: RunRow): Planned => ({ task: run.task, setup: setupOfRun(run) })

/** Parameters that are trained, as a share of all. */
function trainedShare({ model }: RunSetup, shape: ModelShape): number {
  if (typeof model === 'string' || model.tune === 'full') return 1
  return adapterParameters(shape, model.tune.lora) / denseParameters(shape)
}

/** What decides the speed beside machine, model and kind. */
function shapeKey(stage: Stage, task: string, { threads, mode, precision, device }: EngineSettings): string {
  const size =
    stage.kind === 'pretrain' || stage.kind === 'sft'
      ? { batch: stage.batch }
      : { prompts: stage.prompts, answers: stage.answers, updates: stage.updatesPerRollout }
  const texts =
    task === 'lab' ? {} : { task, prompt: stage.maxPromptTokens ?? null, answer: stage.maxAnswerTokens ?? null }
  // Left out on the CPU, whose speeds of before stay good.
  const gpu = device === 'gpu' ? { device } : {}
  return canonical({
    ...{ objective: objectiveOf(stage), ...size, ...texts, ...gpu },
    ...{ threads: threads ?? null, mode, precision },
  })
}
