/**
 * What the engine writes into `runs/<id>/` before it starts a trainer, and all that a trainer reads: `run.json` (this
 * schema) and `data.jsonl` (rows in order). Paths are absolute; the start checkpoint lies in the parent's folder.
 */
import * as z from 'zod'
import { ModelRef } from './model-ref.ts'
import { Engine, Stage } from './spec.ts'
import { taskIds, textTasks } from './task-names.ts'

/** How a text task's rows become tokens: resolved and checked by the engine when the run was made. */
export const TextSetup = z.strictObject({
  /** Folder that holds tokenizer.json, and its hash then: a file that changed since is refused. */
  tokenizer: z.string(),
  tokenizerHash: z.string(),
  /** `chat`, or a text with {prompt}. */
  template: z.string(),
  system: z.string().nullable(),
})
export type TextSetup = z.infer<typeof TextSetup>

export const RunFile = z.strictObject({
  run: z.string(),
  attempt: z.int().positive(),
  model: ModelRef,
  task: z.enum(taskIds),
  /** Null for the lab task. */
  text: TextSetup.nullable(),
  seed: z.int().nonnegative(),
  engine: Engine,
  stage: Stage,
  /** Checkpoint folder to begin from (the parent's, or this run's own when it resumes). */
  start: z.strictObject({ folder: z.string(), step: z.int().nonnegative(), resume: z.boolean() }).nullable(),
  /** FLOPs and tokens of the stages before (pretraining left out): `totalFlops` budgets count from here. */
  before: z.strictObject({ flops: z.number().nonnegative(), tokens: z.number().nonnegative() }),
  socket: z.string().nullable(),
  token: z.string(),
  graphCache: z.string().nullable(),
})
export type RunFile = z.infer<typeof RunFile>

/** One line of data.jsonl. The first line is a header with the hash of the rest. */
export const DataRow = z.strictObject({
  split: z.enum(['train', 'validation', 'test']),
  id: z.int().nonnegative(),
  prompt: z.string(),
  trajectory: z.string(),
  answer: z.string(),
  /** Of test rows: the benchmark's name, and whose verifier judges them where it is not the task's. */
  benchmark: z.string().optional(),
  verifier: z.enum(textTasks).optional(),
})
export type DataRow = z.infer<typeof DataRow>
export const DataHeader = z.strictObject({ rows: z.int().nonnegative(), sha256: z.string() })

export const runFiles = {
  run: 'run.json',
  data: 'data.jsonl',
  journal: 'metrics.journal',
  log: 'trainer.log',
  checkpoints: 'checkpoints',
} as const
