/** A task: how its prompts and answers become tokens, and who says whether an answer is right. */
import type { TaskId } from '#shared/experiment/task-names.ts'
import type { Tokenizer } from '#tokenizers/tokenizer.ts'

/** What a verifier needs of a data row. */
export interface PromptRow {
  readonly prompt: string
  /** The right answer, as the data set gives it. */
  readonly answer: string
}

export interface Verdict {
  readonly correct: boolean
  /** 1 or 0: nothing but correctness is rewarded; shaping is the objective's business. */
  readonly reward: number
  /** The answer read from the response; null when it holds none. */
  readonly answer: string | null
  /** Why it is not right, in words a table can show; null when it is. */
  readonly reason: string | null
}

/** Judges a response's text against a row. Never throws on a response, however odd. Slow verifiers answer later. */
export type Verify = (row: PromptRow, response: string) => Verdict | Promise<Verdict>

export interface Task {
  readonly id: TaskId
  readonly title: string
  readonly tokenizer: Tokenizer
  readonly verify: Verify
  /** The text of a row's prompt as the model reads it; its answer follows. Throws what a chat template refuses. */
  readonly promptText: (prompt: string) => string
  readonly maxPromptTokens: number
  /** The response limit L_max, the stop token included. */
  readonly maxResponseTokens: number
  /** Log-probability of each trajectory token under the expert that wrote it, where that is known (the task makes it). */
  readonly behaviourLogp?: (prompt: string, trajectory: string) => Float32Array
}

/** What a text task takes from the model it is made for. */
export type TextModel = Pick<Task, 'tokenizer' | 'promptText'>

export { taskIds, type TaskId } from '#shared/experiment/task-names.ts'

export const right = (answer: string): Verdict => ({ correct: true, reward: 1, answer, reason: null })
export const wrong = (answer: string | null, reason: string): Verdict => ({ correct: false, reward: 0, answer, reason })
