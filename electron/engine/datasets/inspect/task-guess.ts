/** Which task rows belong to, told from a look at some of them. */
import type { Dataset } from '#shared/contract/datasets.ts'
import { labVocabulary } from '#tokenizers/lab.ts'
import { finalAnswer } from '#tasks/gsm8k/solution.ts'

const labTokens = new Set(labVocabulary)
const isLabText = (text: string) => text.split(' ').every((token) => labTokens.has(token))
const mostly = 0.9

export interface SampleRow {
  readonly prompt: string
  readonly trajectory: string
}

/**
 * `lab`: only the lab's tokens, each prompt ending in `?`. `gsm8k`: nearly every trajectory ends in `#### answer`, and the
 * mapping names no other answer. Everything else is `text`.
 */
export function taskOf(rows: readonly SampleRow[], hasReference: boolean): Dataset['task'] {
  if (rows.length === 0) return 'text'
  if (rows.every(({ prompt, trajectory }) => prompt.endsWith(' ?') && isLabText(prompt) && isLabText(trajectory)))
    return 'lab'
  const marked = rows.filter(({ trajectory }) => trajectory.includes('####') && finalAnswer(trajectory) !== null)
  return !hasReference && marked.length >= mostly * rows.length ? 'gsm8k' : 'text'
}
