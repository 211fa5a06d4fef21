/**
 * DAPO: GRPO's surrogate averaged over tokens, with clip-higher, groups that are partly right only, and overlong shaping.
 *   L = 1/Σm Σ_it max(-A_i ρ_it, -A_i clip(ρ_it, 1-ε_lo, 1+ε_hi)),  A < 0: at most -A c        A_i = (R_i - mean_g) / (sd_g + eps)
 *   subject to 0 < wins < G (dynamic-sampling.ts);   R_i = correct_i + penalty(|y_i|) (eq. 13, overlong.ts)
 * Shapes, units  as grpo.ts.
 * Source  DAPO (arXiv 2503.14476) eq. 8-13; RETU (2512.11470) C.2: presets `dapo_d` (its pure RL) and `dapo_dc` (its RL after SFT).
 * Departures  rewards are 1/0, as RETU trains; DAPO prints +1/-1, under which the overlong penalty weighs half as much.
 */
import type { DapoSettings } from '#shared/experiment/objectives.ts'
import { groupRows, grpoGraph, grpoInputs } from './grpo.ts'
import type { Objective, ObjectiveContext } from './objective.ts'
import { overlongPenalty } from './overlong.ts'
import type { Prepared } from './update-row.ts'

export function dapoObjective(settings: DapoSettings, context: ObjectiveContext): Objective {
  const { overlong, advantage } = settings
  const limit = {
    lMax: context.responseLimit,
    lCache: overlong.cacheShare * context.responseLimit,
    factor: overlong.factor,
  }
  return {
    graph: grpoGraph('dapo', settings, context),
    prepare(groups): Prepared {
      const answers = groups.flatMap((group) => group.answers)
      const penaltyOf = (length: number) => (overlong.mode === 'shape' ? overlongPenalty(length, limit) : 0)
      const rows = groups.flatMap((group) => {
        const rewards = group.answers.map((answer) => answer.reward + penaltyOf(answer.responseTokens.length))
        const shaped = groupRows(group, advantage, rewards)
        if (overlong.mode !== 'mask') return shaped
        return shaped.map((row) => ({ ...row, counts: group.answers[row.answer]!.stopped }))
      })
      if (overlong.mode !== 'shape' || answers.length === 0) return { rows, metrics: {} }
      const penalties = answers.map((answer) => penaltyOf(answer.responseTokens.length))
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
      return {
        rows,
        metrics: { overlong_penalty: mean(penalties), overlong_share: mean(penalties.map((p) => (p < 0 ? 1 : 0))) },
      }
    },
    inputs: (rows, layout) => grpoInputs(rows, layout, settings, context),
  }
}
