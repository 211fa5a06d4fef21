/** A stored run as it crosses the wire. */
import type { FailureFacts } from '#shared/contract/failure.ts'
import type { CheckpointInfo, RunDetail, RunSummary } from '#shared/contract/runs.ts'
import type { Stage } from '#shared/experiment/spec.ts'
import type { Measurements } from '../store/measurements.ts'
import type { AttemptRow, RunRow } from '../store/runs.ts'
import type * as z from 'zod'

/** Keys whose newest value stands in every list. */
export const listedKeys = ['train/loss', 'val/loss', 'train/reward', 'eval/accuracy', 'eval/greedy'] as const

export function summaryOf(run: RunRow, measurements: Measurements, queuePosition: number | null): RunSummary {
  return {
    id: run.id,
    name: run.name,
    experiment: run.experiment,
    parent: run.parent,
    parentStep: run.parent_step,
    stage: run.kind,
    objective: run.objective,
    paradigm: run.paradigm,
    model: run.model as RunSummary['model'],
    task: run.task,
    data: run.data,
    seed: run.seed,
    state: run.state,
    step: run.step,
    steps: run.steps,
    flops: run.flops,
    totalFlops: run.kind === 'pretrain' ? 0 : run.before_flops + run.flops,
    tokens: run.tokens,
    tokensPerSecond: run.tokens_per_second,
    secondsLeft: run.seconds_left,
    activity: run.activity as RunSummary['activity'],
    queuePosition,
    last: measurements.newest(run.no, listedKeys),
    origin: run.origin === null ? null : (JSON.parse(run.origin) as RunSummary['origin']),
    role: run.role,
    study: run.study,
    error: run.error === null ? null : (JSON.parse(run.error) as FailureFacts),
    createdAt: run.created_at,
    startedAt: run.started_at,
    endedAt: run.ended_at,
    deletedAt: run.deleted_at,
  }
}

/** Summaries of runs as they stand in a list; queued ones know their place. */
export function summariesOf(
  runs: readonly RunRow[],
  queue: readonly string[],
  measurements: Measurements,
): RunSummary[] {
  const place = new Map(queue.map((id, i) => [id, i]))
  return runs.map((run) => summaryOf(run, measurements, place.get(run.id) ?? null))
}

export interface DetailParts {
  readonly measurements: Measurements
  readonly queuePosition: number | null
  readonly attempt: AttemptRow | undefined
  readonly children: readonly RunRow[]
  readonly folder: string
}

export function detailOf(
  run: RunRow,
  { measurements, queuePosition, attempt, children, folder }: DetailParts,
): RunDetail {
  return {
    ...summaryOf(run, measurements, queuePosition),
    spec: JSON.parse(run.stage) as Stage | null,
    attempts: run.attempt,
    trainerPid: run.state === 'running' ? (attempt?.pid ?? null) : null,
    enginePid: process.pid,
    folder,
    backend: run.backend === null ? null : (JSON.parse(run.backend) as RunDetail['backend']),
    parameters: run.parameters,
    codeVersion: run.code_version,
    checkpoints: measurements
      .checkpoints(run.no)
      .map(({ step, flops, path, bytes, reason, pinned }): z.infer<typeof CheckpointInfo> => ({
        ...{ step, flops, path, bytes, reason },
        pinned: pinned === 1,
      })),
    children: children.map((child) => ({ id: child.id, name: child.name, parentStep: child.parent_step })),
  }
}
