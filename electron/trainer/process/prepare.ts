/** From a run folder to a stage that can run: data, start, policy. */
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { presetShape, type ModelShape } from '#shared/experiment/presets.ts'
import { runFiles, type RunFile } from '#shared/experiment/run-folder.ts'
import { taskOf } from '#tasks/registry.ts'
import type { Task } from '#tasks/task.ts'
import type { Policy, PolicyOptions, PolicyState } from '../policy.ts'
import { readCheckpoint } from '../stages/checkpoints/read-checkpoint.ts'
import { readRunData } from '../stages/data/run-data.ts'
import { stageStart, type StagePosition } from '../stages/position.ts'
import { streamSeed } from '../stages/seeds.ts'
import type { StageDeps } from '../stages/stage-deps.ts'
import { stageNeeds } from '../stages/stages.ts'
import { settingsHash } from './settings-hash.ts'

export interface Prepared {
  readonly deps: StageDeps
  readonly from: StagePosition
  dispose(): void
}

export type MakePolicy = (options: PolicyOptions) => Promise<Policy>

/**
 * Reads what the run needs and makes its policy. `threads`: of the backend. A new stage takes the start checkpoint's weights with
 * a fresh optimiser; a resumed one takes everything. Throws Failures: file.*, input.*, checkpoint.*, backend.missing.
 */
export async function prepare(
  folder: string,
  run: RunFile,
  threads: number,
  makePolicy: MakePolicy,
): Promise<Prepared> {
  const task = taskOf(run.task)
  const needs = stageNeeds(run.stage, task.maxResponseTokens)
  const data = await readRunData(join(folder, runFiles.data), task, needs.trajectories)
  const shape = shapeOf(run.model, task)
  const start = readStart(run, shape)
  const options = {
    shape,
    objectives: needs.graphs,
    widths: [shape.maxLength],
    forbidden: task.tokenizer.forbiddenInSampling,
    padToken: task.tokenizer.pad,
    mode: run.engine.mode,
    precision: run.engine.precision,
    threads,
    ...(run.graphCache !== null && { graphCache: run.graphCache }),
  } satisfies Omit<PolicyOptions, 'start'>
  const policy = await makePolicy({ ...options, start: start.policy ?? { seed: streamSeed(run.seed, 'weights') } })
  const reference = needs.reference
    ? await makePolicy({ ...options, objectives: [], start: referenceStart(folder, run, start.policy) })
    : undefined
  const began = performance.now() - start.position.wallMs
  return {
    from: start.position,
    deps: {
      policy,
      ...(reference && { reference }),
      task,
      data,
      shape,
      seed: run.seed,
      beforeFlops: run.before.flops,
      elapsedMs: () => performance.now() - began,
    },
    dispose() {
      policy.dispose()
      reference?.dispose()
    },
  }
}

/** A preset as a task uses it. */
export const shapeOf = (model: RunFile['model'], task: Task): ModelShape =>
  presetShape(model, task.tokenizer.vocabSize, task.maxPromptTokens + task.maxResponseTokens)

interface Start {
  readonly policy: PolicyState | undefined
  readonly position: StagePosition
}

function readStart(run: RunFile, shape: ModelShape): Start {
  if (!run.start) return { policy: undefined, position: stageStart(run.seed) }
  const { folder, resume } = run.start
  const { state, policy } = readCheckpoint(folder, { moments: resume })
  checkFits(policy, shape, folder, run.model)
  if (!resume) return { policy, position: stageStart(run.seed) }
  if (state.run !== run.run || state.settings !== settingsHash(run))
    throw new Failure({
      code: 'checkpoint.incompatible',
      message:
        state.run === run.run
          ? 'The run was begun with other settings than it is resumed with.'
          : `The checkpoint belongs to run ${state.run}, not to ${run.run}.`,
      input: folder,
      remedy:
        'Resume with the settings it was begun with (budget, evaluation and checkpoints may change), or start a new run from the checkpoint.',
    })
  return { policy, position: state.position }
}

/** The stage's own start: kept as checkpoint 0 by the first attempt, for a resumed one no longer knows its parent. */
function referenceStart(folder: string, run: RunFile, policy: PolicyState | undefined): PolicyOptions['start'] {
  if (run.start?.resume) return readCheckpoint(join(folder, runFiles.checkpoints, '0'), { moments: false }).policy
  return policy ?? { seed: streamSeed(run.seed, 'weights') }
}

function checkFits(policy: PolicyState, shape: ModelShape, folder: string, model: string): void {
  const embedding = policy.weights.get('model.embed_tokens.weight')
  const layers = [...policy.weights.keys()].filter((name) => name.endsWith('.self_attn.q_proj.weight')).length
  if (embedding?.shape[0] === shape.vocabSize && embedding.shape[1] === shape.width && layers === shape.layers) return
  throw new Failure({
    code: 'checkpoint.incompatible',
    message: `The checkpoint holds ${layers} layers and an embedding of [${embedding?.shape ?? 'none'}]; ${model} has ${shape.layers} and [${shape.vocabSize},${shape.width}].`,
    input: folder,
    remedy: 'Start from a checkpoint of the same model preset and task.',
  })
}
