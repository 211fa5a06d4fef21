/** GSM8K's training rows from the data folder. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plainTemplate } from '#shared/experiment/task-names.ts'
import { Failure } from '#shared/contract/failure.ts'
import { gsm8kTask } from '#tasks/gsm8k/gsm8k-task.ts'
import { promptText } from '#tasks/prompt-text.ts'
import type { Task } from '#tasks/task.ts'
import { loadHuggingFaceTokenizer } from '#tokenizers/hugging-face.ts'
import { tokenizerFolder } from '#tokenizers/tokenizer-files.ts'
import type { ModelPreset } from '#shared/experiment/presets.ts'
import { dataFolder } from './data-folder.ts'

export interface Text {
  readonly prompt: string
  readonly answer: string
}

/** The first `count` rows: prompts in their template, answers as written. @throws Failure 'file.missing'. */
export function gsm8kTexts(count: number): Text[] {
  const file = join(dataFolder(), 'data', 'gsm8k', 'train.jsonl')
  if (!existsSync(file))
    throw new Failure({
      code: 'file.missing',
      message: "The bench needs GSM8K's training file.",
      input: file,
      remedy: 'Set SWITCHPOINT_DATA to the folder that holds data/gsm8k/train.jsonl.',
    })
  const lines = readFileSync(file, 'utf8').split('\n', count)
  const asPrompt = promptText({ template: plainTemplate }, null)
  return lines.map((line) => {
    const { question, answer } = JSON.parse(line) as { question: string; answer: string }
    return { prompt: asPrompt(question), answer }
  })
}

/** The bundled tokenizer of a preset's standard vocabulary. */
export const tokenizerOf = (preset: ModelPreset): string =>
  tokenizerFolder(preset === 'lab-15m' ? 'gsm8k-2048' : 'gsm8k-512')

/** GSM8K for such a model; its prompts are templated already. */
export const taskOf = (preset: ModelPreset): Task =>
  gsm8kTask({
    tokenizer: loadHuggingFaceTokenizer(tokenizerOf(preset)),
    promptText: promptText({ template: '{prompt}' }, null),
  })
