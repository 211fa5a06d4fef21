/** Tasks by name, apart from the spec's schemas: the page reads these and must not carry a schema library with it. */

/** How answers are judged: the lab's own task, GSM8K's `####` number, mathematics by equality. */
export const taskIds = ['lab', 'gsm8k', 'maths'] as const
export type TaskId = (typeof taskIds)[number]
/** Tasks of written text: their rows come from imported data and their tokens from the model's tokenizer. */
export type TextTask = Exclude<TaskId, 'lab'>
export const textTasks = ['gsm8k', 'maths'] as const satisfies readonly TextTask[]
export const isTextTask = (task: unknown): task is TextTask => (textTasks as readonly unknown[]).includes(task)

/** Longest prompt and answer in tokens, where a stage says nothing else; the stop token is part of the answer. */
export const textTaskLengths: Readonly<Record<TextTask, { readonly prompt: number; readonly answer: number }>> = {
  gsm8k: { prompt: 256, answer: 512 },
  maths: { prompt: 1024, answer: 2048 },
}

/** What a dataset's rows are judged by unless a spec says otherwise. */
export const taskOfData = (data: 'gsm8k' | 'lab' | 'text'): TaskId => (data === 'text' ? 'maths' : data)

/** The verifier that rows of a dataset are judged by; null for the lab's, which only its own task has. */
export function verifierOfData(data: 'gsm8k' | 'lab' | 'text'): TextTask | null {
  const task = taskOfData(data)
  return isTextTask(task) ? task : null
}

/** Whether a task can be trained on rows of such a dataset: texts by either verifier of texts, the lab's by the lab's. */
export const taskFits = (task: TaskId, data: string): boolean => (task === 'lab') === (data === 'lab')

/** What an empty `data:` of a written task stands for: rows that are still to be chosen. No subset is called so. */
export const unchosen = 'unchosen'

/** Tokenizers that ship with the program (resources/tokenizers), byte-level BPE, by name. */
export const bundledTokenizers = ['gsm8k-512', 'gsm8k-2048'] as const

/** The template of models without a chat template of their own. */
export const plainTemplate = 'Question: {prompt}\nAnswer: '
