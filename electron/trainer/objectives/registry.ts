/** From settings to an objective. SFT has one of its own kind: it knows no rollouts. */
import type { ObjectiveSettings, SftSettings } from '#shared/experiment/objectives.ts'
import { dapoObjective } from './dapo.ts'
import { drGrpoObjective } from './dr-grpo.ts'
import { grpoObjective } from './grpo.ts'
import { luffyObjective } from './luffy.ts'
import type { Objective, ObjectiveContext } from './objective.ts'
import { prefixRftObjective } from './prefix-rft.ts'
import { srftObjective } from './srft.ts'
import { uptObjective } from './upt.ts'

export type RolloutSettings = Exclude<ObjectiveSettings, SftSettings>

export function objectiveOf(settings: RolloutSettings, context: ObjectiveContext): Objective {
  switch (settings.type) {
    case 'grpo':
      return grpoObjective(settings, context)
    case 'dr-grpo':
      return drGrpoObjective(settings, context)
    case 'dapo':
      return dapoObjective(settings, context)
    case 'luffy':
      return luffyObjective(settings, context)
    case 'srft':
      return srftObjective(settings, context)
    case 'upt':
      return uptObjective(settings, context)
    case 'prefix-rft':
      return prefixRftObjective(settings, context)
  }
}
