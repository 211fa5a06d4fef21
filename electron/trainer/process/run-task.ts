/** The task of a run: its own language for the lab, the model's tokenizer and prompt template for texts, the stage's lengths. */
import { Failure } from '#shared/contract/failure.ts'
import type { RunFile, TextSetup } from '#shared/experiment/run-folder.ts'
import { promptText } from '#tasks/prompt-text.ts'
import { taskOf } from '#tasks/registry.ts'
import type { Task, TextModel } from '#tasks/task.ts'
import { loadHuggingFaceTokenizer } from '#tokenizers/hugging-face.ts'
import { tokenizerHash } from '#tokenizers/tokenizer-files.ts'

/** Throws `file.*` and `input.invalid` of the tokenizer, `checkpoint.incompatible` when it has changed since the run was made. */
export function runTask({ task: id, text, stage }: RunFile): Task {
  const task = taskOf(id, text ? textModel(text) : undefined)
  const { maxPromptTokens = task.maxPromptTokens, maxAnswerTokens = task.maxResponseTokens } = stage
  return { ...task, maxPromptTokens, maxResponseTokens: maxAnswerTokens }
}

function textModel(text: TextSetup): TextModel {
  const tokenizer = loadHuggingFaceTokenizer(text.tokenizer)
  if (tokenizerHash(text.tokenizer) !== text.tokenizerHash)
    throw new Failure({
      code: 'checkpoint.incompatible',
      message: 'The tokenizer has changed since the run was made.',
      input: text.tokenizer,
      remedy: 'Put the old files back, or start a new run with the new ones.',
    })
  return { tokenizer, promptText: promptText(text, tokenizer.chat) }
}

/** Longest prompt and answer of the run's test evaluation, in tokens: the stage's where it says nothing else. */
export function testLengths({ stage }: RunFile, task: Task): { readonly prompt: number; readonly answer: number } {
  const { maxPromptTokens = task.maxPromptTokens, maxAnswerTokens = task.maxResponseTokens } = stage.evaluation
  return { prompt: maxPromptTokens, answer: maxAnswerTokens }
}

/** The longest sequence that the run will see, in tokens. */
export function longestSequence(run: RunFile, task: Task): number {
  const test = testLengths(run, task)
  return Math.max(task.maxPromptTokens + task.maxResponseTokens, test.prompt + test.answer)
}
