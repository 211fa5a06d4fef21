/** The model of a run: a preset with weights from the seed, or a checkpoint folder. */
import { Failure } from '#shared/contract/failure.ts'
import { modelName } from '#shared/experiment/model-name.ts'
import { presetShape, type ModelShape } from '#shared/experiment/presets.ts'
import type { RunFile } from '#shared/experiment/run-folder.ts'
import type { Task } from '#tasks/task.ts'
import { openModelFolder } from '../model/hugging-face/model-folder.ts'
import type { PolicyOptions, PolicyState } from '../policy.ts'
import { longestSequence } from './run-task.ts'
import { streamSeed } from '../stages/seeds.ts'

export interface RunModel {
  readonly name: string
  /** As the run uses it: `maxLength` is the longest sequence of its stage and its tests. */
  readonly shape: ModelShape
  /** What a first stage starts from: with adapters the seed of fresh ones. */
  readonly origin: PolicyOptions['start']
  /** Adapters on the folder's weights; absent: all weights are trained. */
  readonly lora?: PolicyOptions['lora']
  /** Tells a folder's contents from others; null for a preset. */
  readonly fingerprint: string | null
}

/** Throws what `openModelFolder` throws, and `input.invalid` where tokenizer or lengths do not fit the model. */
export function runModel(run: RunFile, task: Task): RunModel {
  const name = modelName(run.model)
  const maxLength = longestSequence(run, task)
  const { vocabSize } = task.tokenizer
  if (typeof run.model === 'string')
    return {
      name,
      shape: presetShape(run.model, vocabSize, maxLength),
      origin: { seed: streamSeed(run.seed, 'weights') },
      fingerprint: null,
    }
  const { tune } = run.model
  const folder = openModelFolder(run.model.folder)
  if (vocabSize > folder.shape.vocabSize)
    throw new Failure({
      code: 'input.invalid',
      message: `The tokenizer has ${vocabSize} tokens, the model only ${folder.shape.vocabSize}.`,
      input: run.model.folder,
      remedy: 'Put the tokenizer that belongs to the model into its folder.',
    })
  if (maxLength > folder.shape.maxLength)
    throw new Failure({
      code: 'input.invalid',
      message: `Prompt and answer may take ${maxLength} tokens together; ${name} was made for ${folder.shape.maxLength}.`,
      input: 'maxPromptTokens, maxAnswerTokens',
      remedy: 'Lower one of them, in the stage or in its evaluation.',
    })
  return {
    name,
    shape: { ...folder.shape, maxLength },
    ...(tune === 'full'
      ? { origin: { weights: folder.weights, optimiserStep: 0 } satisfies PolicyState }
      : { origin: { seed: streamSeed(run.seed, 'weights') }, lora: { ...tune.lora, base: folder.weights } }),
    fingerprint: folder.fingerprint,
  }
}

/** Tokens that must never be sampled: the tokenizer's, and the rows that a model's table has beyond its vocabulary. */
export const forbiddenTokens = ({ tokenizer }: Task, { vocabSize }: ModelShape): number[] => [
  ...tokenizer.forbiddenInSampling,
  ...Array.from({ length: vocabSize - tokenizer.vocabSize }, (_, i) => tokenizer.vocabSize + i),
]
