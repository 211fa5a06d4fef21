/** SFT on expert trajectories, with a validation loss and a checkpoint at every validation point: where RL may branch off. */
import type { SftSettings } from '#shared/experiment/objectives.ts'
import type { SftStage } from '#shared/experiment/spec.ts'
import { sftObjective } from '../objectives/sft.ts'
import type { StageEvent } from './events.ts'
import { imitationStep } from './imitation.ts'
import type { StagePosition } from './position.ts'
import type { StageDeps } from './stage-deps.ts'
import { stageLoop } from './stage-loop.ts'

export function sft(stage: SftStage, deps: StageDeps, from: StagePosition): AsyncGenerator<StageEvent> {
  const { budget, evaluation, checkpoints, validation } = stage
  const step = imitationStep(stage, sftObjective(stage.objective as SftSettings), deps)
  return stageLoop(
    { budget, evaluation, checkpoints, validateEvery: validation.every, keepsStart: false, step },
    deps,
    from,
  )
}
