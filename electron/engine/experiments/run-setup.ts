/**
 * What a run's model and texts are, resolved when it is made: whole paths, the template that is meant, hashes. What is not there,
 * or does not fit, is said now and not by a trainer in an hour.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Failure } from '#shared/contract/failure.ts'
import { shapeOfConfig } from '#shared/experiment/model-config.ts'
import type { ModelFolder, ModelRef } from '#shared/experiment/model-ref.ts'
import { modelName } from '#shared/experiment/model-name.ts'
import { presetShape, type ModelShape } from '#shared/experiment/presets.ts'
import type { TextSetup } from '#shared/experiment/run-folder.ts'
import type { ExperimentSpec, Stage } from '#shared/experiment/spec.ts'
import { isTextTask } from '#shared/experiment/task-names.ts'
import { promptText, usualTemplate } from '#tasks/prompt-text.ts'
import { taskOf } from '#tasks/registry.ts'
import type { Task } from '#tasks/task.ts'
import { loadHuggingFaceTokenizer } from '#tokenizers/hugging-face.ts'
import { tokenizerFolder, tokenizerHash } from '#tokenizers/tokenizer-files.ts'

export interface RunSetup {
  readonly model: ModelRef
  /** Null for the lab task. */
  readonly text: TextSetup | null
}

/** Throws `file.*` and `input.invalid`, naming the file or the field. */
export function setupOf({ task, model, tokenizer, template, system }: SpokenSpec): RunSetup {
  if (!isTextTask(task)) return { model, text: null }
  if (typeof model !== 'string') checkFolder(model)
  const folder = typeof model === 'string' ? tokenizerFolder(tokenizer ?? '') : model.folder
  const { chat } = loadHuggingFaceTokenizer(folder)
  const meant = { template: template ?? usualTemplate(chat), system: system ?? null }
  if (system !== undefined && meant.template !== 'chat')
    throw new Failure({
      code: 'input.invalid',
      message: 'The model has no chat template, so there is no place for a system message.',
      input: 'system',
      remedy: 'Leave it out, or write it into `template`.',
    })
  // A template that refuses a plain question refuses every row.
  promptText(meant, chat)('1 + 1 = ?')
  return { model, text: { tokenizer: folder, tokenizerHash: tokenizerHash(folder), ...meant } }
}

/** The part of a spec that says what the model is and how it speaks. */
export type SpokenSpec = Pick<ExperimentSpec, 'task' | 'model' | 'tokenizer' | 'template' | 'system'>

/** The same of a stored run: what a spec that goes on from it says. */
export function specOfRun(run: StoredSetup & { readonly task: string }): SpokenSpec {
  const { model, text } = setupOfRun(run)
  return {
    task: run.task as SpokenSpec['task'],
    model,
    ...(text && typeof model === 'string' && { tokenizer: text.tokenizer }),
    ...(text && { template: text.template }),
    ...(text && text.system !== null && { system: text.system }),
  }
}

interface StoredSetup {
  readonly setup: string | null
  readonly model: string
}

/** As stored with a run; without one it is a preset on the lab task. */
export const setupOfRun = (run: StoredSetup): RunSetup =>
  run.setup === null ? { model: run.model as ModelRef, text: null } : (JSON.parse(run.setup) as RunSetup)

export const storedSetup = (setup: RunSetup): string | null =>
  setup.text === null && typeof setup.model === 'string' ? null : JSON.stringify(setup)

/** The task as such a run has it, its stage's lengths left aside. */
export function taskOfSetup(id: string, { text }: RunSetup): Task {
  if (!text) return taskOf(id)
  const tokenizer = loadHuggingFaceTokenizer(text.tokenizer)
  return taskOf(id, { tokenizer, promptText: promptText(text, tokenizer.chat) })
}

/** Longest prompt and answer of a stage and of its tests. */
export function stageLengths(stage: Stage, task: Task) {
  const { maxPromptTokens: prompt = task.maxPromptTokens, maxAnswerTokens: answer = task.maxResponseTokens } = stage
  const { maxPromptTokens: testPrompt = prompt, maxAnswerTokens: testAnswer = answer } = stage.evaluation
  return { prompt, answer, testPrompt, testAnswer, whole: Math.max(prompt + answer, testPrompt + testAnswer) }
}

/** The model's shape on a stage. Throws `input.invalid` where the lengths exceed what a folder's model was made for. */
export function shapeOfStage(setup: RunSetup, task: Task, stage: Stage): ModelShape {
  const { whole } = stageLengths(stage, task)
  if (typeof setup.model === 'string') return presetShape(setup.model, task.tokenizer.vocabSize, whole)
  const shape = folderShape(setup.model)
  if (whole <= shape.maxLength) return { ...shape, maxLength: whole }
  throw new Failure({
    code: 'input.invalid',
    message: `Prompt and answer may take ${whole} tokens together; ${modelName(setup.model)} was made for ${shape.maxLength}.`,
    input: 'maxPromptTokens, maxAnswerTokens',
    remedy: 'Lower one of them, in the stage or in its evaluation.',
  })
}

function checkFolder({ folder }: ModelFolder): void {
  if (!isAbsolute(folder))
    throw new Failure({
      code: 'input.invalid',
      message: 'The path of the model folder is not a whole one.',
      input: `model folder "${folder}"`,
      remedy: 'Write it from the root on.',
    })
  folderShape({ folder })
  if (readdirSync(folder).some((name) => name.endsWith('.safetensors'))) return
  throw new Failure({
    code: 'file.missing',
    message: 'The folder holds no weights in the safetensors format.',
    input: folder,
    remedy: 'Download the model whole; older files (pytorch_model.bin) are converted by loading and saving them once.',
  })
}

function folderShape({ folder }: Pick<ModelFolder, 'folder'>): ModelShape {
  const file = join(folder, 'config.json')
  if (!existsSync(file))
    throw new Failure({
      code: 'file.missing',
      message: existsSync(folder)
        ? 'The folder has no config.json: it is no model in the form of Hugging Face.'
        : 'There is no such folder.',
      input: existsSync(folder) ? file : folder,
      remedy: 'Choose the folder of a downloaded model: config.json, model.safetensors, tokenizer.json.',
    })
  let config: unknown
  try {
    config = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Failure(
      {
        code: 'file.unreadable',
        message: `The file is not JSON: ${(cause as Error).message}.`,
        input: file,
        remedy: 'Download the model again; a download that broke off leaves half files.',
      },
      { cause },
    )
  }
  return shapeOfConfig(config, file)
}
