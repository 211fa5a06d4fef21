/** The built-in lab task: operator chains modulo 31 (docs/methods/lab-task.md). */
import { labTokenizer } from '#tokenizers/lab.ts'
import type { Task } from '../task.ts'
import { expertLogp } from './expert.ts'
import { maxOperators } from './recipe.ts'
import { verifyLab } from './verifier.ts'

export const labTask: Task = {
  id: 'lab',
  title: 'Operator chains modulo 31',
  tokenizer: labTokenizer,
  verify: verifyLab,
  promptText: (prompt) => prompt,
  /** Start, operators, `?`. */
  maxPromptTokens: maxOperators + 2,
  /** Start, three tokens an operator, `$`. */
  maxResponseTokens: 3 * maxOperators + 2,
  behaviourLogp: expertLogp,
}
