/** From a run folder to a stage that can run: data, start, policy. */
import { join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { runFiles, type RunFile } from '#shared/experiment/run-folder.ts'
import type { Policy, PolicyOptions, PolicyState } from '../policy.ts'
import { readCheckpoint } from '../stages/checkpoints/read-checkpoint.ts'
import { readRunData } from '../stages/data/run-data.ts'
import { stageStart, type StagePosition } from '../stages/position.ts'
import type { StageDeps } from '../stages/stage-deps.ts'
import { stageNeeds } from '../stages/stages.ts'
import { forbiddenTokens, runModel, type RunModel } from './run-model.ts'
import { runTask, testLengths } from './run-task.ts'
import { settingsHash, sharesSettings } from './settings-hash.ts'

export interface Prepared {
  readonly deps: StageDeps
  readonly from: StagePosition
  /** What a later attempt must share with this one. */
  readonly settings: string
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
  const task = runTask(run)
  const model = runModel(run, task)
  const needs = stageNeeds(run.stage, task.maxResponseTokens)
  const tests = testLengths(run, task)
  const data = await readRunData(join(folder, runFiles.data), task, needs.trajectories, tests.prompt)
  const { shape } = model
  const start = readStart(run, model)
  const options = {
    shape,
    ...(model.lora && { lora: model.lora }),
    objectives: needs.graphs,
    forbidden: forbiddenTokens(task, shape),
    padToken: task.tokenizer.pad,
    mode: run.engine.mode,
    precision: run.engine.precision,
    threads,
    ...(run.graphCache !== null && { graphCache: run.graphCache }),
  } satisfies Omit<PolicyOptions, 'start'>
  const policy = await makePolicy({ ...options, start: start.policy ?? model.origin })
  const reference = needs.reference
    ? await makePolicy({ ...options, objectives: [], start: referenceStart(folder, run, start.policy ?? model.origin) })
    : undefined
  const began = performance.now() - start.position.wallMs
  return {
    from: start.position,
    settings: settingsHash(run, model.fingerprint),
    deps: {
      policy,
      ...(reference && { reference }),
      task,
      forbidden: options.forbidden,
      testAnswerTokens: tests.answer,
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

interface Start {
  readonly policy: PolicyState | undefined
  readonly position: StagePosition
}

function readStart(run: RunFile, model: RunModel): Start {
  if (!run.start) return { policy: undefined, position: stageStart(run.seed) }
  const { folder, resume } = run.start
  const { state, policy } = readCheckpoint(folder, { moments: resume })
  checkFits(policy, model, folder)
  if (!resume) return { policy, position: stageStart(run.seed) }
  if (state.run !== run.run || !sharesSettings(state.settings, run, model.fingerprint))
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
function referenceStart(folder: string, run: RunFile, start: PolicyOptions['start']): PolicyOptions['start'] {
  if (run.start?.resume) return readCheckpoint(join(folder, runFiles.checkpoints, '0'), { moments: false }).policy
  return start
}

/** Of adapters the policy itself says whether they fit. */
function checkFits(policy: PolicyState, { shape, name, lora }: RunModel, folder: string): void {
  if (lora) return
  const embedding = policy.weights.get('model.embed_tokens.weight')
  const layers = [...policy.weights.keys()].filter((name) => name.endsWith('.self_attn.q_proj.weight')).length
  if (embedding?.shape[0] === shape.vocabSize && embedding.shape[1] === shape.width && layers === shape.layers) return
  throw new Failure({
    code: 'checkpoint.incompatible',
    message: `The checkpoint holds ${layers} layers and an embedding of [${embedding?.shape ?? 'none'}]; ${name} has ${shape.layers} and [${shape.vocabSize},${shape.width}].`,
    input: folder,
    remedy: 'Start from a checkpoint of the same model, tokenizer and task.',
  })
}
