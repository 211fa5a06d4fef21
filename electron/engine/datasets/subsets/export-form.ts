/** The fields of an exported line: the task's own form, so that every trainer and this program read it without a mapping. */
import type { Dataset } from '#shared/contract/datasets.ts'

export interface ExportForm {
  readonly prompt: string
  readonly trajectory: string
  /** Absent: the trajectory ends in it. */
  readonly answer?: string
}

/** GSM8K's files: the worked answer ends in `#### number`. */
const gsm8kExport: ExportForm = { prompt: 'question', trajectory: 'answer' }
const plain = { prompt: 'prompt', trajectory: 'trajectory', answer: 'answer' } as const satisfies ExportForm
export const labExport = plain

export const exportForm = (task: Dataset['task']): ExportForm => (task === 'gsm8k' ? gsm8kExport : plain)
