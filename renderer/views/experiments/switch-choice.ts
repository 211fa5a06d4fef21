/** Where an RL stage starts in the SFT stage before it, as one choice. Pure. */
import type { SwitchAt } from '#shared/experiment/spec.ts'

export const switchOptions = [
  { value: 'minimum', title: 'the minimum of validation loss' },
  { value: 'adaptive', title: 'Adaptive: before the plateau' },
  { value: 'stable', title: 'Stable: within 2 % of the minimum' },
  { value: 'mild', title: 'Mild over-fit' },
  { value: 'severe', title: 'Severe over-fit' },
  { value: 'last', title: 'the last step' },
  { value: 'step', title: 'a step…' },
] as const
export type SwitchChoice = (typeof switchOptions)[number]['value']

export function switchChoice(at: SwitchAt): SwitchChoice {
  if (typeof at === 'string') return at
  return 'step' in at ? 'step' : at.regime
}

export function switchAt(choice: SwitchChoice, step: number): SwitchAt {
  if (choice === 'minimum' || choice === 'last') return choice
  return choice === 'step' ? { step } : { regime: choice }
}
