/** The study's result document (docs/commands.md): scores in percent, accuracies as shares, FLOPs of SFT + RL. */
import type { StudyResult } from '#shared/contract/studies.ts'
import type { Arm, StudyFacts } from './study-facts.ts'

export function resultOf(facts: StudyFacts): Omit<StudyResult, 'workspace' | 'report' | 'wallS'> {
  const arms = [facts.base, facts.sft, ...facts.arms]
  return {
    runs: arms.map((arm) => ({
      id: arm.id,
      role: arm.role,
      parent: arm.parent,
      parentStep: arm.parentStep,
      flops: arm.totalFlops,
      ...partsOf(arm),
    })),
    accuracy: Object.fromEntries(arms.map(({ id, last }) => [id, { ...last.accuracy, n: last.n }])),
  }
}

/**
 * P_sft + PL_rl = A_post of an arm, in percent. What learns from rewards: the score at its start, the gain to the fitted ceiling, the ceiling.
 * SFT alone: where it stands, no plasticity.
 */
function partsOf({ role, first, last, curve }: Arm) {
  if (role === 'base' || role === 'sft' || role === 'pure-sft') {
    return { pSft: 100 * last.accuracy.value, plRl: null, aPost: null, verdict: null }
  }
  const { fit } = curve
  return {
    pSft: 100 * first.accuracy.value,
    plRl: fit?.plRl.value ?? null,
    aPost: fit?.aPost.value ?? null,
    verdict: fit?.verdict ?? null,
  }
}
