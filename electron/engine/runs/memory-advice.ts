/** What would make a stage smaller in memory, in the words of its own settings, the largest lever first. */
import type { Stage } from '#shared/experiment/spec.ts'

export function whatToLower(stage: Stage, model: string): string {
  if (stage.kind === 'pretrain' || stage.kind === 'sft')
    return `the batch (now ${stage.batch}) or the model (now ${model})`
  return `the prompts (now ${stage.prompts}), the answers a prompt (now ${stage.answers}) or the model (now ${model})`
}
