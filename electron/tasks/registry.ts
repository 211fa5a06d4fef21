/** The tasks a run can name. The lab task brings its own tokenizer; the others take the model's. */
import { Failure } from '#shared/contract/failure.ts'
import type { Tokenizer } from '#tokenizers/tokenizer.ts'
import { gsm8kTask } from './gsm8k/gsm8k-task.ts'
import { labTask } from './lab/lab-task.ts'
import { mathsTask } from './maths/maths-task.ts'
import { taskIds, type Task } from './task.ts'

/** Throws `input.invalid` for an unknown id, or a task that needs the model's tokenizer and got none. */
export function taskOf(id: string, tokenizer?: Tokenizer): Task {
  if (id === 'lab') return labTask
  const make = { gsm8k: gsm8kTask, maths: mathsTask }[id]
  if (!make)
    throw new Failure({
      code: 'input.invalid',
      message: `There is no task "${id}".`,
      input: `task "${id}"`,
      remedy: `Choose one of: ${taskIds.join(', ')}.`,
    })
  if (tokenizer) return make(tokenizer)
  throw new Failure({
    code: 'input.invalid',
    message: `The task "${id}" needs a model with a tokenizer.`,
    input: `task "${id}"`,
    remedy: 'Choose a model folder with a tokenizer.json, or the lab task.',
  })
}
