/** GSM8K: grade-school word problems. The tokenizer comes with the model, so the task is made for one. */
import type { Tokenizer } from '#tokenizers/tokenizer.ts'
import type { Task } from '../task.ts'
import { verifyGsm8k } from './verifier.ts'

export const gsm8kTask = (tokenizer: Tokenizer): Task => ({
  id: 'gsm8k',
  title: 'Grade-school word problems',
  tokenizer,
  verify: verifyGsm8k,
  maxPromptTokens: 256,
  maxResponseTokens: 512,
})
