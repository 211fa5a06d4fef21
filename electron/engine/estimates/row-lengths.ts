/** Mean tokens of a stage's rows, from the first ones: of a lab set as it is made, of texts as the model's tokenizer cuts them. */
import type { DataRef } from '#shared/experiment/spec.ts'
import { labRows } from '#tasks/lab/generator.ts'
import type { Task } from '#tasks/task.ts'
import type { RunRows } from '../datasets/run-rows.ts'
import type { RunSetup } from '../experiments/run-setup.ts'
import type { Lengths } from './stage-plan.ts'

const sampledRows = 64

interface Limits {
  readonly prompt: number
  readonly answer: number
}

/** A subset never changes, so what was found once holds. */
export function createRowLengths(data: Pick<RunRows, 'first'>) {
  const known = new Map<string, Promise<Lengths>>()
  // A subset of the lab task is like its Uniform set.
  const keyOf = (ref: DataRef, { text }: RunSetup, limits: Limits) =>
    text ? JSON.stringify([ref, { ...text, tokenizer: undefined }, limits]) : labSetOf(ref)

  return (ref: DataRef, task: Task, setup: RunSetup, limits: Limits): Promise<Lengths> => {
    const key = keyOf(ref, setup, limits)
    const found =
      known.get(key) ?? (setup.text ? textLengths(data, String(ref), task, limits) : Promise.resolve(labLengths(ref)))
    known.set(key, found)
    found.catch(() => known.delete(key))
    return found
  }
}

const labSetOf = (ref: DataRef) => (typeof ref === 'string' ? 'uniform' : ref.lab.set)

function labLengths(ref: DataRef): Lengths {
  const rows = [...labRows({ set: labSetOf(ref), rows: sampledRows, seed: 1 })]
  const words = (text: string) => text.split(' ').length
  return {
    prompt: mean(rows.map((row) => words(row.prompt))),
    trajectory: mean(rows.map((row) => words(row.trajectory))),
  }
}

/** Rows that are too long are left out, as the trainer does; without trajectories an answer is taken to be half its limit. */
async function textLengths(
  data: Pick<RunRows, 'first'>,
  ref: string,
  { tokenizer, promptText }: Task,
  limits: Limits,
): Promise<Lengths> {
  const rows = (await data.first(ref, 'train', sampledRows)).map(({ prompt, trajectory }) => ({
    prompt: tokenizer.encode(promptText(prompt)).length,
    trajectory: trajectory === '' ? limits.answer / 2 : tokenizer.encode(trajectory).length + 1,
  }))
  const fitting = rows.filter(({ prompt, trajectory }) => prompt <= limits.prompt && trajectory <= limits.answer)
  const counted = fitting.length > 0 ? fitting : [{ prompt: limits.prompt, trajectory: limits.answer }]
  return { prompt: mean(counted.map((row) => row.prompt)), trajectory: mean(counted.map((row) => row.trajectory)) }
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
