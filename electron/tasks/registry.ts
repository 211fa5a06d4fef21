/** The tasks a run can name. The lab task brings its own tokenizer; the others take the model's, and its way to write a prompt. */
import { Failure } from '#shared/contract/failure.ts'
import type { TextTask } from '#shared/experiment/task-names.ts'
import { gsm8kTask } from './gsm8k/gsm8k-task.ts'
import { verifyGsm8k } from './gsm8k/verifier.ts'
import { labTask } from './lab/lab-task.ts'
import { mathsTask } from './maths/maths-task.ts'
import { verifyMaths } from './maths/verifier.ts'
import { taskIds, type Task, type TextModel, type Verify } from './task.ts'

/** Verifiers that need no model: a benchmark's rows bring their own to any task of texts. */
export const verifiers: Readonly<Record<TextTask, Verify>> = { gsm8k: verifyGsm8k, maths: verifyMaths }

/** Throws `input.invalid` for an unknown id, or a task that needs the model's tokenizer and got none. */
export function taskOf(id: string, model?: TextModel): Task {
  if (id === 'lab') return labTask
  const make = { gsm8k: gsm8kTask, maths: mathsTask }[id]
  if (!make)
    throw new Failure({
      code: 'input.invalid',
      message: `There is no task "${id}".`,
      input: `task "${id}"`,
      remedy: `Choose one of: ${taskIds.join(', ')}.`,
    })
  if (model) return make(model)
  throw new Failure({
    code: 'input.invalid',
    message: `The task "${id}" needs a model with a tokenizer.`,
    input: `task "${id}"`,
    remedy: 'Choose a model folder with a tokenizer.json, or the lab task.',
  })
}
