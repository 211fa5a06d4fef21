/** Mathematics with a checkable answer: MATH, competitions, anything whose answers are LaTeX. The tokenizer comes with the model. */
import { textTaskLengths } from '#shared/experiment/task-names.ts'
import type { Task, TextModel } from '../task.ts'
import { verifyMaths } from './verifier.ts'

export const mathsTask = ({ tokenizer, promptText }: TextModel): Task => ({
  id: 'maths',
  title: 'Mathematics, judged by equality',
  tokenizer,
  verify: verifyMaths,
  promptText,
  maxPromptTokens: textTaskLengths.maths.prompt,
  maxResponseTokens: textTaskLengths.maths.answer,
})
