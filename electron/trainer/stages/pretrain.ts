/** Pretraining: the base model's documents, each seen once where there are enough. Its end is P_0; its FLOPs are on no x axis. */
import type { PretrainStage } from '#shared/experiment/spec.ts'
import { sftObjective } from '../objectives/sft.ts'
import type { StageEvent } from './events.ts'
import { imitationStep } from './imitation.ts'
import type { StagePosition } from './position.ts'
import type { StageDeps } from './stage-deps.ts'
import { stageLoop } from './stage-loop.ts'

/** Cross-entropy of the document's response: a prompt is random and teaches nothing but its frequencies. */
export const pretrainObjective = sftObjective({ aggregation: 'token_mean' })

export function pretrain(stage: PretrainStage, deps: StageDeps, from: StagePosition): AsyncGenerator<StageEvent> {
  const { budget, evaluation, checkpoints } = stage
  const step = imitationStep(stage, pretrainObjective, deps)
  return stageLoop({ budget, evaluation, checkpoints, keepsStart: false, step }, deps, from)
}
