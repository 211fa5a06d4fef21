/**
 * What a step will cost before it has run, from its settings and mean lengths: the paper's equations as printed. B prompts, G
 * answers a prompt, S mean length (prompt + response), F as in flops.ts.
 *   SFT        3 B S F                                     eq. 23
 *   DAPO       (K B_gen + 3 B_train) G S F                 eq. 24, K rounds of B_gen prompts
 *   GRPO       4 B G S F                                   eq. 25; Dr. GRPO and Prefix-RFT alike
 *   LUFFY      4 (B G S_on + B N S_off) F                  eq. 26; SRFT alike; G rollouts and N experts a prompt
 *   UPT        (B G S_on + 3 (N_on S_on + N_off S_off)) F  eq. 27-29, N from the batch (eq. 27 prints G S_on; its unit asks for B)
 */
import { stepFlops, trainingFlops, type CountedShape } from './flops.ts'

export type PlannedStep =
  | { readonly kind: 'sft'; readonly batch: number; readonly length: number }
  | { readonly kind: 'grpo'; readonly prompts: number; readonly answers: number; readonly length: number }
  | {
      readonly kind: 'dapo'
      readonly rounds: number
      readonly roundPrompts: number
      readonly prompts: number
      readonly answers: number
      readonly length: number
    }
  | {
      readonly kind: 'mixed'
      readonly prompts: number
      readonly rollouts: number
      readonly experts: number
      readonly rolloutLength: number
      readonly expertLength: number
    }
  | {
      readonly kind: 'upt'
      readonly prompts: number
      readonly answers: number
      readonly rolloutRows: number
      readonly expertRows: number
      readonly rolloutLength: number
      readonly expertLength: number
    }

/** FLOPs of one step. */
export function plannedStepFlops(shape: CountedShape, step: PlannedStep): number {
  const sequences = (count: number, length: number) => ({ count, tokens: count * length })
  switch (step.kind) {
    case 'sft':
      return trainingFlops(shape, sequences(step.batch, step.length))
    case 'grpo': {
      const rollouts = sequences(step.prompts * step.answers, step.length)
      return stepFlops(shape, { generated: rollouts, trained: rollouts })
    }
    case 'dapo':
      return stepFlops(shape, {
        generated: sequences(step.rounds * step.roundPrompts * step.answers, step.length),
        trained: sequences(step.prompts * step.answers, step.length),
      })
    case 'mixed': {
      const rollouts = sequences(step.prompts * step.rollouts, step.rolloutLength)
      const experts = sequences(step.prompts * step.experts, step.expertLength)
      const trained = { count: rollouts.count + experts.count, tokens: rollouts.tokens + experts.tokens }
      return stepFlops(shape, { generated: rollouts, charged: experts, trained })
    }
    case 'upt': {
      const { prompts, answers, rolloutRows, expertRows, rolloutLength, expertLength } = step
      return stepFlops(shape, {
        generated: sequences(prompts * answers, rolloutLength),
        trained: {
          count: rolloutRows + expertRows,
          tokens: rolloutRows * rolloutLength + expertRows * expertLength,
        },
      })
    }
  }
}
