/**
 * The experiment spec: one schema for the form, the YAML on disk, the command line and the store. An experiment of several
 * stages expands to a chain of runs, one a stage. Defaults are the lab task's measured settings (docs/methods/lab-task.md).
 */
import * as z from 'zod'
import { ModelRef } from './model-ref.ts'
import { ObjectiveSettings } from './objectives.ts'
import { isTextTask, taskIds, unchosen } from './task-names.ts'

const positive = z.int().positive()

/** A built-in set of the lab task: made on the fly, the same recipe gives the same rows. */
export const LabSet = z.strictObject({
  set: z.enum(['easy', 'uniform', 'hard', 'base']),
  rows: positive.max(1_000_000).default(1000),
  seed: z.int().nonnegative().default(1),
})
export type LabSet = z.infer<typeof LabSet>

/** Which rows: a saved subset by id, or a built-in lab set. Tests may name a whole dataset by its id: a benchmark. */
export const DataRef = z.union([z.string().min(1), z.strictObject({ lab: LabSet })])
export type DataRef = z.infer<typeof DataRef>

/** One of several benchmarks: a whole dataset, a subset's test split or a lab set, under the name its scores stand by. */
export const TestSet = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,59}$/,
      'a benchmark is called by up to 60 letters, digits, spaces, . _ + or -',
    )
    .refine((name) => !takenScores.includes(name), 'this name stands for another score'),
  data: DataRef,
  /** Answers a problem, where it is not the evaluation's number (the paper: 16 for AIME, 1 for the others). */
  samples: positive.max(64).optional(),
})
export type TestSet = z.infer<typeof TestSet>

/** Keys under `eval/` and scores of the curves that a benchmark cannot be called by. */
const takenScores: readonly string[] = ['overall', 'accuracy', 'greedy', 'pass_at_k', 'response_length']

export const Schedule = z.strictObject({
  kind: z.enum(['constant', 'cosine', 'linear']).default('cosine'),
  warmupSteps: z.int().nonnegative().default(20),
  /** Share of the peak that remains at the end. */
  floor: z.number().min(0).max(1).default(0.1),
})
export type Schedule = z.infer<typeof Schedule>

const optimiser = {
  learningRate: z.number().positive(),
  schedule: Schedule.prefault({}),
  weightDecay: z.number().nonnegative().default(0.01),
  beta1: z.number().min(0).max(0.9999).default(0.9),
  beta2: z.number().min(0).max(0.99999).default(0.95),
  eps: z.number().positive().default(1e-8),
  clipNorm: z.number().positive().default(1),
}

/** A stage ends at whichever of these comes first. FLOPs are the paper's count; `totalFlops` counts the stages before it too (pretraining left out). */
export const Budget = z.strictObject({
  steps: positive.max(10_000_000),
  flops: z.number().positive().optional(),
  totalFlops: z.number().positive().optional(),
  minutes: z.number().positive().optional(),
})
export type Budget = z.infer<typeof Budget>

/** Text tasks: rows with a longer prompt or trajectory are left out, sampled answers end here. Absent: the task's own limits. */
const lengths = {
  maxPromptTokens: positive.max(131_072).optional(),
  /** The stop token included. */
  maxAnswerTokens: positive.max(131_072).optional(),
}

/** Test evaluation: avg@k at temperature 1 and one greedy answer on the same prompts, at step 0, every `every` steps and at the end. */
export const Evaluation = z.strictObject({
  every: positive.default(20),
  samples: positive.max(64).default(4),
  temperature: z.number().positive().default(1),
  greedy: z.boolean().default(true),
  /** Absent: the stage's. */
  ...lengths,
  data: DataRef.default({ lab: { set: 'uniform', rows: 512, seed: 9001 } }),
  /** Several benchmarks at once, in place of `data`; the overall score weighs each by its problems. */
  benchmarks: z
    .array(TestSet)
    .min(1)
    .max(16)
    .refine((sets) => new Set(sets.map(({ name }) => name)).size === sets.length, 'two benchmarks have the same name')
    .optional(),
})
export type Evaluation = z.infer<typeof Evaluation>

export const Checkpoints = z.strictObject({
  /** Beside those at validation and evaluation points. */
  every: positive.optional(),
  /** Keeps the last N besides pinned ones, the ones at validation points, and the ones a branch started from; absent: all. */
  keepLast: positive.optional(),
})

const common = {
  name: z.string().max(200).optional(),
  ...lengths,
  budget: Budget,
  evaluation: Evaluation.prefault({}),
  checkpoints: Checkpoints.prefault({}),
}

export const PretrainStage = z.strictObject({
  kind: z.literal('pretrain'),
  ...common,
  ...optimiser,
  learningRate: optimiser.learningRate.default(3e-3),
  schedule: Schedule.prefault({ kind: 'linear', floor: 0.05 }),
  data: DataRef.default({ lab: { set: 'base', rows: 70_400, seed: 1 } }),
  batch: positive.default(64),
  budget: Budget.prefault({ steps: 1100 }),
})

export const SftStage = z.strictObject({
  kind: z.literal('sft'),
  ...common,
  ...optimiser,
  learningRate: optimiser.learningRate.default(1e-3),
  data: DataRef.default({ lab: { set: 'uniform', rows: 1000, seed: 2 } }),
  batch: positive.default(32),
  budget: Budget.prefault({ steps: 300 }),
  /** Validation loss on held-out rows (the subset's own validation split, or this set); a checkpoint is kept at each point. */
  validation: z
    .strictObject({
      every: positive.default(25),
      data: DataRef.default({ lab: { set: 'uniform', rows: 200, seed: 9002 } }),
    })
    .prefault({}),
  objective: ObjectiveSettings.default({ type: 'sft', aggregation: 'token_mean' }),
})

const rollouts = {
  prompts: positive.default(32),
  answers: positive.max(256).default(8),
  temperature: z.number().positive().default(1),
  topP: z.number().positive().max(1).default(1),
  topK: z.int().nonnegative().default(0),
  /** Optimiser steps on each batch of rollouts (mini-batches of prompts / updates). 1: the ratio is 1 and no clip can bind. */
  updatesPerRollout: positive.default(1),
  /** Prompts whose rollouts are stored at each step. */
  storedPrompts: z.int().nonnegative().default(2),
}

/** Where in the SFT stage before it an RL stage starts. */
export const SwitchAt = z.union([
  z.strictObject({ step: z.int().nonnegative() }),
  z.strictObject({ regime: z.enum(['adaptive', 'stable', 'mild', 'severe']) }),
  z.literal('minimum'),
  z.literal('last'),
])
export type SwitchAt = z.infer<typeof SwitchAt>

export const RlStage = z.strictObject({
  kind: z.literal('rl'),
  ...common,
  ...optimiser,
  ...rollouts,
  learningRate: optimiser.learningRate.default(4e-4),
  schedule: Schedule.prefault({ kind: 'constant', warmupSteps: 0, floor: 1 }),
  weightDecay: z.number().nonnegative().default(0),
  data: DataRef.default({ lab: { set: 'uniform', rows: 8192, seed: 3 } }),
  budget: Budget.prefault({ steps: 120 }),
  objective: ObjectiveSettings.prefault({ type: 'grpo' }),
  switchAt: SwitchAt.default('minimum'),
})

export const SynchronizedStage = z.strictObject({
  kind: z.literal('synchronized'),
  ...common,
  ...optimiser,
  ...rollouts,
  learningRate: optimiser.learningRate.default(4e-4),
  schedule: Schedule.prefault({ kind: 'constant', warmupSteps: 0, floor: 1 }),
  weightDecay: z.number().nonnegative().default(0),
  /** Rows with expert trajectories: prompts are drawn from them. */
  data: DataRef.default({ lab: { set: 'uniform', rows: 1000, seed: 2 } }),
  budget: Budget.prefault({ steps: 120 }),
  objective: ObjectiveSettings.prefault({ type: 'luffy' }),
})

export const Stage = z.discriminatedUnion('kind', [PretrainStage, SftStage, RlStage, SynchronizedStage])
export type Stage = z.infer<typeof Stage>
export type PretrainStage = z.infer<typeof PretrainStage>
export type SftStage = z.infer<typeof SftStage>
export type RlStage = z.infer<typeof RlStage>
export type SynchronizedStage = z.infer<typeof SynchronizedStage>

export const Engine = z.strictObject({
  threads: positive.max(256).optional(), // absent: the machine's cores
  /** Absent: the GPU where TensorFlow finds one, else the CPU. Small models may be faster on the CPU. */
  device: z.enum(['cpu', 'gpu']).optional(),
  precision: z.enum(['f32', 'bf16-matmul']).default('f32'),
  mode: z.enum(['recorded', 'eager']).default('recorded'),
})

const Experiment = z.strictObject({
  name: z.string().min(1).max(200),
  model: ModelRef.default('lab-0.3m'),
  task: z.enum(taskIds).default('lab'),
  /** Text tasks: the subset of every stage that names none; tests and validates too where nothing else is named. */
  data: z.string().min(1).optional(),
  /** Text tasks on a preset: a bundled tokenizer's name, a tokenizer.json or its folder; the vocabulary follows it. */
  tokenizer: z.string().min(1).max(4096).optional(),
  /** Text tasks: `chat` for the model's own chat template, or a text that holds {prompt}. Absent: `chat` where there is one. */
  template: z
    .union([z.literal('chat'), z.string().max(20_000).includes('{prompt}', 'it must be "chat" or hold {prompt}')], {
      error: 'it must be "chat" or hold {prompt}',
    })
    .optional(),
  /** The chat template's system message. */
  system: z.string().max(20_000).optional(),
  seed: z.int().nonnegative().max(2_147_483_647).default(1),
  /** Start from a checkpoint of an existing run; absent: the first stage must be `pretrain`, or fresh weights are used. */
  start: z.strictObject({ run: z.string(), step: z.int().nonnegative().optional() }).optional(),
  engine: Engine.prefault({}),
  stages: z.array(Stage).min(1).max(8),
})

export const ExperimentSpec = z.preprocess(
  (input: z.input<typeof Experiment>) => withNamedData(input),
  Experiment.check((ctx) => {
    const { stages } = ctx.value
    const refuse = (path: (string | number)[], message: string) =>
      ctx.issues.push({ code: 'custom', path, input: undefined, message })
    stages.forEach((stage, i) => {
      const synchronized = ['luffy', 'srft', 'upt', 'prefix-rft']
      const fits = (types: readonly string[], type: string, what: string) => {
        if (!types.includes(type))
          refuse(['stages', i, 'objective', 'type'], `${what} takes ${types.join(', ')}; got ${type}`)
      }
      if (stage.kind === 'sft') fits(['sft'], stage.objective.type, 'an sft stage')
      if (stage.kind === 'rl') fits(['grpo', 'dr-grpo', 'dapo'], stage.objective.type, 'an rl stage')
      if (stage.kind === 'synchronized') fits(synchronized, stage.objective.type, 'a synchronized stage')
      if (stage.kind === 'pretrain' && i > 0) refuse(['stages', i, 'kind'], 'pretrain can only come first')
    })
    for (const { path, message } of combinationIssues(ctx.value)) refuse(path, message)
  }),
)
export type ExperimentSpec = z.infer<typeof ExperimentSpec>
/** What a person writes: everything with a default may be left out. */
export type ExperimentInput = z.input<typeof ExperimentSpec>

/**
 * Text tasks have no built-in rows: `data` stands for every stage without its own, a stage's rows for its tests and validation.
 * An empty `data:` is a choice still to be made.
 */
function withNamedData(input: unknown): unknown {
  if (!isRecord(input) || !isTextTask(input['task']) || !Array.isArray(input['stages'])) return input
  const withData = (part: unknown, data: unknown) =>
    part === undefined ? { data } : isRecord(part) && part['data'] === undefined ? { ...part, data } : part
  const whole = input['data'] === null ? unchosen : input['data']
  const stages = input['stages'].map((stage: unknown) => {
    if (!isRecord(stage)) return stage
    const data = stage['data'] ?? whole
    if (data === undefined) return stage
    return {
      ...stage,
      data,
      evaluation: withData(stage['evaluation'], data),
      ...(stage['kind'] === 'sft' && { validation: withData(stage['validation'], data) }),
    }
  })
  return { ...input, ...(whole !== undefined && { data: whole }), stages }
}

/** Whether a stage's rows are still to be chosen; such an experiment is well-formed and cannot be run. */
export const hasUnchosenRows = ({ stages }: Pick<ExperimentSpec, 'stages'>): boolean =>
  stages.some(({ data }) => data === unchosen)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

interface Combination {
  readonly path: (string | number)[]
  readonly message: string
}

/** What task, model and data cannot be together. */
function combinationIssues(spec: z.infer<typeof Experiment>): Combination[] {
  return isTextTask(spec.task) ? textIssues(spec) : labIssues(spec)
}

function textIssues({ task, model, tokenizer, template, system, stages }: z.infer<typeof Experiment>): Combination[] {
  const issues: Combination[] = []
  const refuse = (path: (string | number)[], message: string) => issues.push({ path, message })
  const isPreset = typeof model === 'string'
  const labSet = `lab sets are not for ${task}: name a subset, or leave it out for the stage's own`
  if (isPreset && tokenizer === undefined)
    refuse(['tokenizer'], `${model} has no tokenizer of its own for ${task}: name a bundled one or a tokenizer.json`)
  if (!isPreset && tokenizer !== undefined)
    refuse(['tokenizer'], 'a model folder brings its own tokenizer: leave it out')
  if (system !== undefined && template !== undefined && template !== 'chat')
    refuse(['system'], 'only chat templates have a system message: write it into the template')
  stages.forEach((stage, i) => {
    const { data, evaluation } = stage
    const validation = stage.kind === 'sft' ? stage.validation.data : data
    if (typeof data !== 'string')
      return refuse(
        ['stages', i, 'data'],
        `${task} has no built-in rows: name a subset here, or once for all stages in "data"`,
      )
    const alone = 'name a subset: a whole dataset can only be tested on'
    if (isDataset(data)) refuse(['stages', i, 'data'], alone)
    if (typeof validation !== 'string') refuse(['stages', i, 'validation', 'data'], labSet)
    else if (validation !== data && isDataset(validation)) refuse(['stages', i, 'validation', 'data'], alone)
    if (typeof evaluation.data !== 'string') refuse(['stages', i, 'evaluation', 'data'], labSet)
    evaluation.benchmarks?.forEach(({ data: set }, b) => {
      if (typeof set !== 'string') refuse(['stages', i, 'evaluation', 'benchmarks', b, 'data'], labSet)
    })
    if (stage.kind === 'synchronized' && stage.objective.type === 'luffy' && stage.objective.behaviour === 'recorded')
      refuse(
        ['stages', i, 'objective', 'behaviour'],
        'written solutions carry no probabilities of their own: use "one" (only the lab task records them)',
      )
  })
  return issues
}

function labIssues(spec: z.infer<typeof Experiment>): Combination[] {
  const issues: Combination[] = []
  if (typeof spec.model !== 'string')
    issues.push({
      path: ['model'],
      message: 'the lab task has a language of its own: use a lab preset, or another task',
    })
  for (const key of ['data', 'tokenizer', 'template', 'system'] as const)
    if (spec[key] !== undefined) issues.push({ path: [key], message: `"${key}" is for the tasks gsm8k and maths` })
  spec.stages.forEach((stage, i) => {
    for (const key of ['maxPromptTokens', 'maxAnswerTokens'] as const) {
      const message = 'the lab task has its own lengths'
      if (stage[key] !== undefined) issues.push({ path: ['stages', i, key], message })
      if (stage.evaluation[key] !== undefined) issues.push({ path: ['stages', i, 'evaluation', key], message })
    }
  })
  return issues
}

/** Ids of whole datasets; subsets are `sub_`. */
export const isDataset = (ref: string): boolean => ref.startsWith('ds_')

export { paradigmOf, type Paradigm } from './paradigm.ts'
