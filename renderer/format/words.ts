/** The words of the window for closed lists of the contract: paradigms, objectives, states. */
import type { Paradigm } from '#shared/experiment/spec.ts'
import type { RunState, RunSummary } from '#shared/contract/runs.ts'
import { webAssemblyName } from '#shared/experiment/webassembly.ts'

export const paradigmTitle: Readonly<Record<Paradigm, string>> = {
  pretrain: 'Pretraining',
  sft: 'SFT',
  sequential: 'SFT → RL',
  rl: 'Pure RL',
  synchronized: 'Synchronized',
}

const objectiveTitles: Readonly<Record<string, string>> = {
  pretrain: 'pretraining',
  sft: 'SFT',
  grpo: 'GRPO',
  'dr-grpo': 'Dr. GRPO',
  dapo: 'DAPO',
  luffy: 'LUFFY',
  srft: 'SRFT',
  upt: 'UPT/HPT',
  'prefix-rft': 'Prefix-RFT',
}
export const objectiveTitle = (objective: string): string => objectiveTitles[objective] ?? objective

/** `SFT → GRPO`, `LUFFY`, `GRPO`: what a run is called in a legend. */
export const familyTitle = ({ paradigm, objective }: Pick<RunSummary, 'paradigm' | 'objective'>): string =>
  paradigm === 'sequential' ? `SFT → ${objectiveTitle(objective)}` : objectiveTitle(objective)

export type Tone = 'neutral' | 'good' | 'warning' | 'bad' | 'accent'

export const stateTone: Readonly<Record<RunState, Tone>> = {
  queued: 'neutral',
  running: 'good',
  paused: 'warning',
  interrupted: 'warning',
  failed: 'bad',
  stopped: 'neutral',
  completed: 'neutral',
}
export const stateWord: Readonly<Record<RunState, string>> = {
  queued: 'queued',
  running: 'training',
  paused: 'paused',
  interrupted: 'interrupted',
  failed: 'failed',
  stopped: 'stopped',
  completed: 'done',
}

const properNames: Readonly<Record<string, string>> = { cpu: 'CPU', gpu: 'GPU', tensorflow: 'TensorFlow' }
/** `TensorFlow 2.21.0`; of the last resort also how it works. */
export const backendTitle = ({ name, version }: { name: string; version: string }): string =>
  `${properName(name)} ${version}${name === webAssemblyName ? ', op by op' : ''}`
/** `CPU`, `TensorFlow`, as their owners write them. */
export const properName = (name: string): string => properNames[name.toLowerCase()] ?? name
