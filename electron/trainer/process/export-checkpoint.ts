/** A checkpoint of a run as a model folder: adapters merged, the tokenizer beside it. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import path from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { runFiles, type RunFile } from '#shared/experiment/run-folder.ts'
import type { Task } from '#tasks/task.ts'
import { labTokenizerFiles } from '#tokenizers/lab-files.ts'
import { configOfShape } from '../model/hugging-face/config-of-shape.ts'
import { LazyWeights } from '../model/hugging-face/lazy-weights.ts'
import { openSafetensors } from '../model/hugging-face/safetensors-file.ts'
import { writeModelFolder, type WrittenModel } from '../model/hugging-face/write-model-folder.ts'
import { mergedWeights } from '../model/lora/merge.ts'
import type { PolicyState } from '../policy.ts'
import { checkpointFiles } from '../stages/checkpoints/checkpoint.ts'
import { readState } from '../stages/checkpoints/read-checkpoint.ts'
import { readRunFile } from './read-run-file.ts'
import { runModel, type RunModel } from './run-model.ts'
import { runTask } from './run-task.ts'
import { sharesSettings } from './settings-hash.ts'

/**
 * Writes the checkpoint of `runFolder` at `step` into the folder `to`.
 * @throws Failure 'checkpoint.missing', 'checkpoint.corrupt', 'checkpoint.incompatible' (the base below adapters has changed), and
 * what `writeModelFolder`, `openModelFolder` and the tokenizer's reading throw.
 */
export function exportCheckpoint(runFolder: string, step: number, to: string, storedAs: 'F32' | 'BF16'): WrittenModel {
  const run = readRunFile(runFolder)
  const checkpoint = path.join(runFolder, runFiles.checkpoints, String(step))
  const task = runTask(run)
  const model = runModel(run, task)
  return writeModelFolder(to, {
    config: { ...configOf(run, model), ...endTokens(run, task) },
    weights: weightsOf(run, model, checkpoint),
    storedAs,
    tokenizer: run.text?.tokenizer ?? labTokenizerFiles(),
    files: {
      ...generationFile(run, task),
      'switchpoint.json': provenance(run, step),
    },
  })
}

/**
 * Writes the adapters of `runFolder` at `step` as PEFT saves them, for `PeftModel.from_pretrained` on the run's model folder.
 * @throws Failure 'input.invalid' for a run without adapters, and what `exportCheckpoint` throws.
 */
export function exportAdapters(runFolder: string, step: number, to: string, storedAs: 'F32' | 'BF16'): WrittenModel {
  const run = readRunFile(runFolder)
  const checkpoint = path.join(runFolder, runFiles.checkpoints, String(step))
  const task = runTask(run)
  const model = runModel(run, task)
  if (!model.lora || typeof run.model === 'string')
    throw new Failure({
      code: 'input.invalid',
      message: 'The run trained all weights; it has no adapters.',
      input: run.run,
      remedy: 'Export it without --adapter.',
    })
  const { rank, alpha, targets } = model.lora
  return writeModelFolder(to, {
    config: {
      ...{ peft_type: 'LORA', task_type: 'CAUSAL_LM', base_model_name_or_path: run.model.folder },
      ...{ r: rank, lora_alpha: alpha, target_modules: targets, lora_dropout: 0, bias: 'none' },
      ...{ fan_in_fan_out: false, inference_mode: true },
    },
    weights: checkedWeights(run, model, checkpoint),
    storedAs,
    isAdapter: true,
    tokenizer: run.text?.tokenizer ?? labTokenizerFiles(),
    files: { 'switchpoint.json': provenance(run, step) },
  })
}

/** A folder's own configuration, for it may say what Switchpoint has no use for; otherwise one made from the shape. */
function configOf(run: RunFile, { shape }: RunModel): Record<string, unknown> {
  if (typeof run.model === 'string') return configOfShape(shape)
  const file = path.join(run.model.folder, 'config.json')
  const { _name_or_path: _, ...config } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  return config
}

/** Of models that were born here. */
const endTokens = (run: RunFile, { tokenizer }: Task) =>
  typeof run.model === 'string' ? { eos_token_id: tokenizer.stop, pad_token_id: tokenizer.pad } : {}

/** What generation must know: copied from a folder that has it. */
function generationFile(run: RunFile, { tokenizer }: Task): Record<string, string> {
  if (typeof run.model !== 'string') return {}
  const { stop, pad, forbiddenInSampling } = tokenizer
  const forbidden = forbiddenInSampling.length > 0 ? { suppress_tokens: forbiddenInSampling } : {}
  const generation = { eos_token_id: stop, pad_token_id: pad, ...forbidden }
  return { 'generation_config.json': `${JSON.stringify(generation, null, 2)}\n` }
}

function provenance(run: RunFile, step: number): string {
  const { text, model, task, stage, seed } = run
  const origin = { run: run.run, step, stage: stage.kind, task, model, seed, ...(text && { template: text.template }) }
  return `${JSON.stringify(origin, null, 2)}\n`
}

/** The whole model's: adapters are merged into their base. */
function weightsOf(run: RunFile, model: RunModel, checkpoint: string): PolicyState['weights'] {
  const trained = checkedWeights(run, model, checkpoint)
  return model.lora ? mergedWeights(model.shape, model.lora.base, trained, model.lora) : trained
}

/** What was trained: all weights, or adapters. */
function checkedWeights(run: RunFile, { lora, fingerprint }: RunModel, checkpoint: string): PolicyState['weights'] {
  const state = readState(checkpoint)
  const file = path.join(checkpoint, checkpointFiles.model)
  if (sha256Of(file) !== state.sha256.model)
    throw new Failure({
      code: 'checkpoint.corrupt',
      message: 'The checkpoint is damaged: its content is not what was written (sha256 differs).',
      input: file,
      remedy: 'Export an earlier checkpoint of the run.',
    })
  const trained = new LazyWeights(openSafetensors(file).tensors)
  if (!lora) return trained
  if (!sharesSettings(state.settings, run, fingerprint))
    throw new Failure({
      code: 'checkpoint.incompatible',
      message: 'The model below the adapters is not the one they were trained on.',
      input: typeof run.model === 'string' ? checkpoint : run.model.folder,
      remedy: 'Put the model folder back as it was.',
    })
  return trained
}

/** Of a file of any size, a piece at a time. */
function sha256Of(file: string): string {
  const hash = createHash('sha256')
  const piece = new Uint8Array(1 << 24)
  const handle = openSync(file, 'r')
  try {
    for (let got = readSync(handle, piece); got > 0; got = readSync(handle, piece)) hash.update(piece.subarray(0, got))
  } finally {
    closeSync(handle)
  }
  return hash.digest('hex')
}
