/** The stage kinds: what each needs before it can run, and its generator. */
import type { Stage } from '#shared/experiment/spec.ts'
import type { SftSettings } from '#shared/experiment/objectives.ts'
import { sftObjective } from '../objectives/sft.ts'
import type { ObjectiveGraph } from '../policy.ts'
import type { TrajectoryUse } from './data/run-data.ts'
import type { StageEvent } from './events.ts'
import { objectiveOfStage } from './policy-gradient-step.ts'
import type { StagePosition } from './position.ts'
import { pretrain, pretrainObjective } from './pretrain.ts'
import { rl } from './rl.ts'
import { sft } from './sft.ts'
import type { StageDeps } from './stage-deps.ts'
import { synchronized } from './synchronized.ts'

export interface StageNeeds {
  readonly trajectories: TrajectoryUse
  /** Graphs that the policy must have ready. */
  readonly graphs: readonly ObjectiveGraph[]
  /** A frozen copy of the stage's start, for a KL penalty. */
  readonly reference: boolean
}

/** `responseLimit`: of the task, in tokens. */
export function stageNeeds(stage: Stage, responseLimit: number): StageNeeds {
  switch (stage.kind) {
    case 'pretrain':
      return { trajectories: 'documents', graphs: [pretrainObjective.graph], reference: false }
    case 'sft':
      return {
        trajectories: 'imitated',
        graphs: [sftObjective(stage.objective as SftSettings).graph],
        reference: false,
      }
    case 'rl':
      return {
        trajectories: 'none',
        graphs: [objectiveOfStage(stage, responseLimit).graph],
        reference: 'kl' in stage.objective && stage.objective.kl.coef > 0,
      }
    case 'synchronized':
      return { trajectories: 'verified', graphs: [objectiveOfStage(stage, responseLimit).graph], reference: false }
  }
}

export function stageEvents(stage: Stage, deps: StageDeps, from: StagePosition): AsyncGenerator<StageEvent> {
  switch (stage.kind) {
    case 'pretrain':
      return pretrain(stage, deps, from)
    case 'sft':
      return sft(stage, deps, from)
    case 'rl':
      return rl(stage, deps, from)
    case 'synchronized':
      return synchronized(stage, deps, from)
  }
}
