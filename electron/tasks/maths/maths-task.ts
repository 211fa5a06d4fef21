/** Mathematics with a checkable answer: MATH, competitions, anything whose answers are LaTeX. The tokenizer comes with the model. */
import type { Tokenizer } from '#tokenizers/tokenizer.ts'
import type { Task } from '../task.ts'
import { verifyMaths } from './verifier.ts'

export const mathsTask = (tokenizer: Tokenizer): Task => ({
  id: 'maths',
  title: 'Mathematics, judged by equality',
  tokenizer,
  verify: verifyMaths,
  maxPromptTokens: 1024,
  maxResponseTokens: 8192,
})
