/**
 * Dr. GRPO: GRPO without the two normalisations that bias it, the answer's length and the group's SD.
 *   L = 1/(N L_max) Σ_it max(-A_i ρ_it, -A_i clip(ρ_it, 1-ε, 1+ε))        A_i = R_i - mean_g
 * Shapes, units  as grpo.ts.
 * Source  "Understanding R1-Zero-like training" (arXiv 2503.20783) section 3.2; as TRL computes it. verl's form divides by L_max
 *         only (option sum_over_lmax).   Departures  none.
 */
import type { DrGrpoSettings } from '#shared/experiment/objectives.ts'
import { groupRows, grpoGraph, grpoInputs } from './grpo.ts'
import type { Objective, ObjectiveContext } from './objective.ts'

export function drGrpoObjective(settings: DrGrpoSettings, context: ObjectiveContext): Objective {
  return {
    graph: grpoGraph('dr-grpo', { ...settings, dualClip: null }, context),
    prepare: (groups) => ({
      rows: groups.flatMap((group) => groupRows(group, { std: false, eps: 1e-6 })),
      metrics: {},
    }),
    inputs: (rows, layout) => grpoInputs(rows, layout, settings, context),
  }
}
