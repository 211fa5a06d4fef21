/** Runs as they cross the wire. A run is one stage; runs form a tree through parent and parentStep. */
import * as z from 'zod'
import { Stage } from '../experiment/spec.ts'
import { Id } from './datasets.ts'
import { RunOrigin } from './curves.ts'
import { StoredFailure } from './failure-data.ts'
import { SampleRecord, StageKind } from './journal.ts'

export const runStates = ['queued', 'running', 'paused', 'interrupted', 'failed', 'stopped', 'completed'] as const
export const RunState = z.enum(runStates)
export type RunState = z.infer<typeof RunState>

export const CheckpointInfo = z.object({
  step: z.int(),
  flops: z.number(),
  path: z.string(),
  bytes: z.int(),
  reason: z.string(),
  pinned: z.boolean(),
})

export const RunSummary = z.object({
  id: Id,
  name: z.string(),
  experiment: z.string(), // name of the experiment it belongs to
  parent: Id.nullable(),
  parentStep: z.int().nullable(),
  stage: StageKind,
  objective: z.string(), // 'sft', 'grpo', 'luffy', 'pretrain', ...
  paradigm: z.enum(['pretrain', 'sft', 'sequential', 'rl', 'synchronized']),
  /** A preset's name, or a model folder's (shared/experiment/model-name.ts). */
  model: z.string(),
  task: z.string(),
  data: z.string(), // name of the subset or built-in set
  seed: z.int(),
  state: RunState,
  step: z.int(),
  steps: z.int(),
  /** FLOPs of this stage, and with the stages before it (pretraining left out). */
  flops: z.number(),
  totalFlops: z.number(),
  tokens: z.number(),
  tokensPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  activity: z.enum(['preparing', 'training', 'evaluating', 'saving']).nullable(),
  queuePosition: z.int().nullable(),
  /** Newest values of a few keys: train/loss, val/loss, train/reward, eval/accuracy, eval/greedy. */
  last: z.record(z.string(), z.number()),
  /** Null: trained here. */
  origin: RunOrigin.nullable(),
  role: z.string().nullable(), // in a study: base | sft | branch | pure-sft | pure-rl | luffy
  study: Id.nullable(),
  error: StoredFailure.nullable(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  deletedAt: z.number().nullable(),
})
export type RunSummary = z.infer<typeof RunSummary>

export const RunDetail = RunSummary.extend({
  /** Null for an imported run: it was never a stage here. */
  spec: Stage.nullable(),
  attempts: z.int(),
  trainerPid: z.int().nullable(),
  enginePid: z.int(),
  folder: z.string(),
  backend: z
    .object({ name: z.string(), version: z.string(), device: z.string(), threads: z.int(), precision: z.string() })
    .nullable(),
  parameters: z.int().nullable(),
  codeVersion: z.string(),
  checkpoints: z.array(CheckpointInfo),
  children: z.array(z.object({ id: Id, name: z.string(), parentStep: z.int().nullable() })),
})
export type RunDetail = z.infer<typeof RunDetail>

/** Points of one metric as columns; `total` is how many there are when fewer were sent (min-max decimation). */
export const Series = z.object({
  key: z.string(),
  step: z.array(z.number()),
  flops: z.array(z.number()),
  tokens: z.array(z.number()),
  wallMs: z.array(z.number()),
  value: z.array(z.number()),
  total: z.int(),
})
export type Series = z.infer<typeof Series>

const Interval = z.object({ value: z.number(), lo: z.number(), hi: z.number() })
const measured = {
  /** Answers sampled a prompt. */
  k: z.int(),
  /** Prompts. */
  n: z.int(),
  accuracy: Interval,
  greedy: Interval.nullable(),
  /** Unbiased pass@k for k = 1, 2, 4, ... up to the answers sampled (docs/methods/evaluation.md); absent where only a score is known. */
  passAtK: z.array(Interval.extend({ k: z.int() })).optional(),
}
/** An evaluation with its interval: Wilson for one answer a prompt, by prompt otherwise. `n` is 0 where a file gives a score alone. */
export const EvaluationPoint = z.object({
  step: z.int(),
  flops: z.number(),
  totalFlops: z.number(),
  ...measured,
  /** Of a run here on several benchmarks: each by itself. The point itself is then the mean over all problems. */
  benchmarks: z.array(z.object({ name: z.string(), ...measured })).optional(),
  /** Shares by benchmark, where there are benchmarks. */
  scores: z.record(z.string(), z.number()).optional(),
})
export type EvaluationPoint = z.infer<typeof EvaluationPoint>

export const RunEvent = z.object({
  id: z.int(),
  step: z.int(),
  level: z.enum(['info', 'warning', 'error']),
  text: z.string(),
  at: z.number(),
})

export const SamplePage = z.object({
  steps: z.array(z.object({ step: z.int(), purpose: z.enum(['train', 'eval']), count: z.int() })),
  step: z.int().nullable(),
  purpose: z.enum(['train', 'eval']).nullable(),
  samples: z.array(SampleRecord),
})

/** What a stage will take, from measured speed where this machine has run the like, from FLOPs otherwise. */
export const StageEstimate = z.object({
  stage: StageKind,
  seconds: z.number().nullable(),
  measured: z.boolean(),
  flops: z.number(),
  checkpoints: z.int(),
  diskBytes: z.number(),
  memoryBytes: z.number(),
})
export type StageEstimate = z.infer<typeof StageEstimate>

export const SpecIssue = z.object({ path: z.string(), message: z.string(), line: z.int().nullable() })
