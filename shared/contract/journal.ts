/**
 * The journal: what a trainer appends to `runs/<id>/metrics.journal`, one JSON object a line. It is the only way up: the
 * socket carries notices ("there is more to read") and commands down, so a killed engine loses nothing; the next one reads
 * on from the byte it had stored. A torn last line (killed trainer) is ignored and overwritten by the next attempt's `begin`.
 */
import * as z from 'zod'
import { FailureData } from './failure-data.ts'

export const stageKinds = ['pretrain', 'sft', 'rl', 'synchronized'] as const
export const StageKind = z.enum(stageKinds)
export type StageKind = z.infer<typeof StageKind>

export const checkpointReasons = ['start', 'validation', 'interval', 'evaluation', 'pause', 'stop', 'end'] as const

const step = z.int().nonnegative()

/** One of an evaluation's benchmarks: its prompts, and the answers sampled for each. */
export const TestSetSize = z.object({ name: z.string(), prompts: z.int().positive(), k: z.int().positive() })
export type TestSetSize = z.infer<typeof TestSetSize>

/** Where a run stands at a step: what every metric is plotted against. FLOPs and tokens count since the stage began. */
const Position = z.object({
  step,
  flops: z.number().nonnegative(),
  tokens: z.number().nonnegative(),
  wallMs: z.number().nonnegative(),
})

export const SampleRecord = z.object({
  /** Which rollout of the step: prompt row id (of the run's data) and answer number. */
  promptId: z.int(),
  answer: z.int(),
  prompt: z.string(),
  response: z.string(),
  expected: z.string(),
  correct: z.boolean(),
  reward: z.number(),
  advantage: z.number().nullable(),
  tokens: z.int(),
  /** Written by the expert, not the policy (synchronized methods). */
  expert: z.boolean(),
  reason: z.string().nullable(),
})
export type SampleRecord = z.infer<typeof SampleRecord>

export const JournalRecord = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('begin'),
    attempt: z.int().positive(),
    fromStep: step,
    pid: z.int(),
    backend: z.object({
      name: z.string(),
      version: z.string(),
      device: z.string(),
      threads: z.int(),
      precision: z.string(),
    }),
    parameters: z.int(),
    at: z.number(), // ms since the epoch
  }),
  Position.extend({ kind: z.literal('metrics'), values: z.record(z.string(), z.number()) }),
  z.object({ kind: z.literal('samples'), step, purpose: z.enum(['train', 'eval']), samples: z.array(SampleRecord) }),
  /** Results by prompt, so that any two evaluations on the same prompts can be compared in pairs. */
  z.object({
    kind: z.literal('evaluation'),
    step,
    flops: z.number(),
    k: z.int().positive(),
    promptIds: z.array(z.int()),
    /** Right answers of k sampled ones, by prompt. */
    correct: z.array(z.int()),
    /** The greedy answer, by prompt: 1 right, 0 wrong. */
    greedy: z.array(z.int()),
    /** Of several benchmarks: how many of the prompts, in their order, each has, and answers sampled a prompt. Absent: one set. */
    benchmarks: z.array(TestSetSize).optional(),
  }),
  z.object({
    kind: z.literal('checkpoint'),
    step,
    flops: z.number(),
    tokens: z.number(),
    path: z.string(), // relative to the run's folder
    bytes: z.int(),
    reason: z.enum(checkpointReasons),
  }),
  /** A checkpoint that keep-last-N removed. */
  z.object({ kind: z.literal('checkpoint-removed'), step }),
  z.object({ kind: z.literal('event'), step, level: z.enum(['info', 'warning', 'error']), text: z.string() }),
  /** How far: drives progress bars between metric points (evaluation, sampling, set-up). */
  z.object({
    kind: z.literal('progress'),
    step,
    steps: z.int().positive(),
    activity: z.enum(['preparing', 'training', 'evaluating', 'saving']),
    secondsLeft: z.number().nullable(),
    tokensPerSecond: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('end'),
    step,
    state: z.enum(['completed', 'stopped', 'paused', 'failed']),
    error: FailureData.nullable(),
  }),
])
export type JournalRecord = z.infer<typeof JournalRecord>

/** Engine to trainer, over the workspace's socket at `/trainer?run=ID&attempt=N` (bearer token): one JSON object a message. */
export const TrainerCommand = z.object({ command: z.enum(['pause', 'stop', 'ping']) })
export type TrainerCommand = z.infer<typeof TrainerCommand>

/** Trainer to engine: `length` is the journal's size in bytes, all of it whole lines. */
export const TrainerNotice = z.object({ length: z.int().nonnegative() })
export type TrainerNotice = z.infer<typeof TrainerNotice>
