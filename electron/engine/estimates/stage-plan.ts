/**
 * What a stage will compute, before it has run: pure arithmetic on its settings and the mean lengths of its data.
 * Units  FLOPs, bytes, tokens.   Source  docs/methods/compute.md (shared/flops).
 */
import { passFlops } from '#shared/flops/flops.ts'
import { plannedStepFlops, type PlannedStep } from '#shared/flops/planned-step.ts'
import { bytesPerPosition, mostPositions, type ModelShape } from '#shared/experiment/presets.ts'
import type { Budget, DataRef, Evaluation, Stage } from '#shared/experiment/spec.ts'
import { testSets } from '#shared/experiment/test-sets.ts'

/** Mean tokens of a row's parts. */
export interface Lengths {
  readonly prompt: number
  readonly trajectory: number
}

export interface StagePlan {
  readonly steps: number
  /** By the paper's count: what the journal will say. */
  readonly flops: number
  /** With validation and evaluation. */
  readonly allFlops: number
  readonly checkpoints: number
  readonly checkpointBytes: number
  readonly memoryBytes: number
}

export interface PlanInput {
  readonly stage: Stage
  readonly shape: ModelShape
  readonly parameters: number
  /** Share of the parameters that is trained: a checkpoint holds these and their moments. */
  readonly trained: number
  readonly lengths: Lengths
  /** Of one evaluation: `evaluationAnswers`. */
  readonly testAnswers: number
  readonly validationRows: number
  /** FLOPs of the stages before, pretraining left out. */
  readonly beforeFlops: number
}

export function planStage(input: PlanInput): StagePlan {
  const { stage, shape, lengths, testAnswers, validationRows, parameters, trained } = input
  const row = lengths.prompt + lengths.trajectory
  const stepFlops = plannedStepFlops(shape, plannedStep(stage, row))
  const steps = plannedSteps(stage.budget, stepFlops, input.beforeFlops)
  const flops = steps * stepFlops
  const evaluation = passFlops(shape, { count: testAnswers, tokens: testAnswers * row })
  const validation =
    stage.kind === 'sft' ? passFlops(shape, { count: validationRows, tokens: validationRows * row }) : 0
  const validations = stage.kind === 'sft' ? points(steps, stage.validation.every).length : 0
  const evaluations = points(steps, stage.evaluation.every).length
  return {
    steps,
    flops,
    allFlops: flops + evaluations * evaluation + validations * validation,
    checkpoints: checkpointSteps(stage, steps).length,
    // Weights and the optimiser's two moments, f32.
    checkpointBytes: 12 * parameters * trained,
    memoryBytes: memoryOf(stage, shape, parameters * (4 + 12 * trained), row),
  }
}

/** Answers that one evaluation asks for, sampled and greedy. `prompts`: of a test set. */
export const evaluationAnswers = (evaluation: Evaluation, prompts: (data: DataRef) => number): number =>
  testSets(evaluation).reduce(
    (sum, { data, samples }) => sum + prompts(data) * (samples + (evaluation.greedy ? 1 : 0)),
    0,
  )

/** Steps that a stage of equal steps will take: the first of its budgets to end it. Minutes are left out: they need a speed. */
export function plannedSteps(budget: Budget, stepFlops: number, beforeFlops: number): number {
  const by = (flops: number | undefined) =>
    flops === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.round(flops / stepFlops))
  const left = budget.totalFlops === undefined ? undefined : Math.max(0, budget.totalFlops - beforeFlops)
  return Math.min(budget.steps, by(budget.flops), by(left))
}

function plannedStep(stage: Stage, length: number): PlannedStep {
  if (stage.kind === 'pretrain' || stage.kind === 'sft') return { kind: 'sft', batch: stage.batch, length }
  const { prompts, answers, objective } = stage
  switch (objective.type) {
    case 'dapo': {
      const { enabled, roundFactor } = objective.dynamicSampling
      // Two rounds fill a batch as a rule.
      return enabled
        ? { kind: 'dapo', rounds: 2, roundPrompts: Math.round(prompts * roundFactor), prompts, answers, length }
        : { kind: 'grpo', prompts, answers, length }
    }
    case 'luffy':
    case 'srft': {
      const experts = objective.expertRows
      return {
        kind: 'mixed',
        prompts,
        rollouts: answers - experts,
        experts,
        rolloutLength: length,
        expertLength: length,
      }
    }
    case 'upt':
      return {
        kind: 'upt',
        prompts,
        answers,
        // Half of the prompts unsolved at first: their rollouts are replaced by the expert's row.
        rolloutRows: (prompts * answers) / 2,
        expertRows: prompts / 2,
        rolloutLength: length,
        expertLength: length,
      }
    default:
      return { kind: 'grpo', prompts, answers, length }
  }
}

/** Step 0, every `every` steps, and the end. */
function points(steps: number, every: number): number[] {
  const at = Array.from({ length: Math.floor(steps / every) + 1 }, (_, i) => i * every)
  return at.at(-1) === steps ? at : [...at, steps]
}

function checkpointSteps(stage: Stage, steps: number): number[] {
  const kept = new Set([...points(steps, stage.evaluation.every)])
  if (stage.kind === 'sft') for (const step of points(steps, stage.validation.every)) kept.add(step)
  if (stage.checkpoints.every !== undefined) for (const step of points(steps, stage.checkpoints.every)) kept.add(step)
  return [...kept]
}

/** TensorFlow's libraries and the process itself, before any tensor (measured). */
const processBytes = 600e6

/** Weights, moments and gradients, and what the positions of one call hold. */
function memoryOf(stage: Stage, shape: ModelShape, stateBytes: number, length: number): number {
  const rows =
    stage.kind === 'pretrain' || stage.kind === 'sft'
      ? stage.batch
      : (stage.prompts * stage.answers) / stage.updatesPerRollout
  // What is larger is computed in parts.
  const positions = Math.min(rows * length, mostPositions(shape, length))
  return processBytes + stateBytes + positions * bytesPerPosition(shape, length)
}
