/** Objectives that a branch may be trained with, as the dialogs offer them. */
export const rlObjectives = [
  { value: 'grpo', title: 'GRPO', hint: 'mean-only advantage, clip 0.2' },
  { value: 'dr-grpo', title: 'Dr. GRPO', hint: 'no length or std normalisation' },
  { value: 'dapo', title: 'DAPO', hint: 'dynamic sampling, clip 0.2 / 0.28' },
] as const

export type RlObjective = (typeof rlObjectives)[number]['value']
