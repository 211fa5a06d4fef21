/** The tasks a run can name. */
import { Failure } from '#shared/contract/failure.ts'
import { labTask } from './lab/lab-task.ts'
import type { Task } from './task.ts'

const tasks: readonly Task[] = [labTask]

/** Throws `input.invalid` for an unknown id. */
export function taskOf(id: string): Task {
  const task = tasks.find((candidate) => candidate.id === id)
  if (task) return task
  throw new Failure({
    code: 'input.invalid',
    message: `There is no task "${id}".`,
    input: `task "${id}"`,
    remedy: `Choose one of: ${tasks.map((known) => known.id).join(', ')}.`,
  })
}
