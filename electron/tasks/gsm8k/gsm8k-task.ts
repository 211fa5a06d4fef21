/** GSM8K: grade-school word problems. The tokenizer comes with the model, so the task is made for one. */
import { textTaskLengths } from '#shared/experiment/task-names.ts'
import type { Task, TextModel } from '../task.ts'
import { verifyGsm8k } from './verifier.ts'

export const gsm8kTask = ({ tokenizer, promptText }: TextModel): Task => ({
  id: 'gsm8k',
  title: 'Grade-school word problems',
  tokenizer,
  verify: verifyGsm8k,
  promptText,
  maxPromptTokens: textTaskLengths.gsm8k.prompt,
  maxResponseTokens: textTaskLengths.gsm8k.answer,
})
