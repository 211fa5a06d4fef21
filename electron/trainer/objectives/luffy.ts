/**
 * LUFFY: on-policy rollouts and an expert row in one group; the expert's tokens are off-policy with a shaped weight.
 *   L = Σ_it w_it l_it - c_H Σ s H        A_i = R_i - mean of rollouts AND expert rows
 *   rollout token  l = -A ρ, ρ = π / π_old (no clip; option: clipped)        expert token  l = -A f(π / q), f(x) = x / (x + γ)
 * Shapes  logp, logpOld, behaviourLogp, weight, share, policyShare, expertShare [B, T]; advantage [B].   Units  nats.
 * Source  LUFFY (arXiv 2504.14945) eq. 5-8; RETU (2512.11470) eq. 13-14.
 * Departures  token mean by default, as RETU prints it (the code that ran divides by L_max: option sum_over_lmax); no clip and no
 *         SD although eq. 4 and 6 show them: the final method removed both (section 4, appendix E). Entropy bonus 0.001 as
 *         RETU and the script (the paper: 0.01).   Throws  nothing.
 */
import { add, mul, neg, scalar, sub } from '@tensorflow/tfjs'
import type { LuffySettings } from '#shared/experiment/objectives.ts'
import type { Forward, InputKind } from '../policy.ts'
import { groupAdvantages } from './advantage.ts'
import { clippedSurrogate, policyRatio } from './clipped-surrogate.ts'
import { expertWeight } from './expert-weight.ts'
import { entropyTerm, withEntropyBonus } from './grpo.ts'
import {
  column,
  graphKey,
  only,
  present,
  tokens,
  total,
  type Inputs,
  type Objective,
  type ObjectiveContext,
} from './objective.ts'
import { requireBehaviour } from './recorded-behaviour.ts'
import { everyToken, expertToken, givenLogp, policyToken, shares, weights } from './token-weights.ts'
import { expertRow, expertsOf, rolloutRow, rowInput, type RolloutGroup, type UpdateRow } from './update-row.ts'

type LuffyConstants = Pick<LuffySettings, 'shaping' | 'onPolicyClip' | 'entropyCoef'>

export function luffyLoss(forward: Forward, inputs: Inputs, { shaping, onPolicyClip, entropyCoef }: LuffyConstants) {
  const [weight, share] = [tokens(inputs, 'weight'), tokens(inputs, 'share')] // [B, T]
  const [policyShare, expertShare] = [tokens(inputs, 'policyShare'), tokens(inputs, 'expertShare')] // [B, T]
  const [onPolicy, byExpert] = [present(policyShare), present(expertShare)] // [B, T]
  const logp = only(share, forward.logp) // [B, T]
  const logpOld = inputs['logpOld'] && tokens(inputs, 'logpOld') // [B, T]
  const A = mul(column(inputs, 'advantage'), present(share)) as typeof share // [B, T]
  const f = expertWeight(logp, inputs['behaviourLogp'] && tokens(inputs, 'behaviourLogp'), shaping) // [B, T]
  const on = onPolicyLoss(logp, logpOld, A, onPolicyClip)
  const off = neg(mul(A, f)) as typeof share // [B, T]
  const pg = total(weight, add(mul(onPolicy, on.loss), mul(byExpert, off)))
  const entropy = entropyTerm(forward, share, entropyCoef)
  return {
    loss: withEntropyBonus(pg, entropy, entropyCoef),
    metrics: {
      pg_loss: pg,
      policy_loss: total(policyShare, on.loss),
      expert_loss: total(expertShare, off),
      expert_weight: total(expertShare, f),
      expert_prob: total(expertShare, logp.exp()),
      clip_ratio: total(policyShare, on.clipped),
      kl: logpOld ? total(share, sub(logpOld, logp)) : scalar(0),
      entropy: entropy.mean,
    },
  }
}

/** -A ρ, or PPO's clipped form of it. Shapes [B, T]. */
export function onPolicyLoss(
  logp: Forward['logp'],
  logpOld: Forward['logp'] | undefined,
  A: Forward['logp'],
  clip: number | null,
): { loss: Forward['logp']; clipped: Forward['logp'] } {
  if (clip !== null) return clippedSurrogate(logp, logpOld, A, { clipLow: clip, clipHigh: clip, dualClip: null })
  return { loss: neg(mul(A, policyRatio(logp, logpOld))), clipped: mul(A, 0) }
}

/** Rollouts and experts of a group around one baseline. */
export function mixedGroupRows(
  group: RolloutGroup,
  settings: Pick<LuffySettings, 'advantage' | 'expertRows'>,
): UpdateRow[] {
  const experts = expertsOf(group, settings.expertRows)
  const rewards = [...group.answers, ...experts].map((answer) => answer.reward)
  const A = groupAdvantages(rewards, settings.advantage)
  const n = group.answers.length
  return [
    ...group.answers.map((_, i) => rolloutRow(group, i, A[i]!)),
    ...experts.map((_, i) => expertRow(group, i, 'rl', A[n + i]!)),
  ]
}

/** Shares of rollouts and of expert rows that are right. */
export function mixedMetrics(groups: readonly RolloutGroup[]): Record<string, number> {
  const share = (answers: readonly { correct: boolean }[]) =>
    answers.length === 0 ? 0 : answers.filter((answer) => answer.correct).length / answers.length
  return {
    policy_solved: share(groups.flatMap((group) => group.answers)),
    expert_solved: share(groups.flatMap((group) => group.experts ?? [])),
  }
}

export function luffyObjective(settings: LuffySettings, context: ObjectiveContext): Objective {
  const { shaping, onPolicyClip, entropyCoef, behaviour, aggregation } = settings
  const { oldPolicy, temperature, responseLimit } = context
  const kinds: Record<string, InputKind> = {
    weight: 'token',
    share: 'token',
    policyShare: 'token',
    expertShare: 'token',
    advantage: 'row',
  }
  if (oldPolicy === 'scored') kinds['logpOld'] = 'token'
  if (behaviour === 'recorded') kinds['behaviourLogp'] = 'token'
  return {
    graph: {
      key: graphKey('luffy', { shaping, onPolicyClip, entropyCoef, behaviour, oldPolicy, temperature }),
      temperature,
      wantsEntropy: true,
      inputs: kinds,
      build: (forward, inputs) => luffyLoss(forward, inputs, settings),
    },
    prepare(groups) {
      if (behaviour === 'recorded') requireBehaviour(groups)
      return { rows: groups.flatMap((group) => mixedGroupRows(group, settings)), metrics: mixedMetrics(groups) }
    },
    inputs: (rows, layout) => ({
      weight: weights(rows, layout, everyToken, { aggregation, responseLimit }),
      share: shares(rows, layout, everyToken),
      policyShare: shares(rows, layout, policyToken),
      expertShare: shares(rows, layout, expertToken),
      advantage: rowInput(rows, layout, (row) => row.advantage),
      ...(oldPolicy === 'scored' && { logpOld: givenLogp(rows, layout, 'logpOld') }),
      ...(behaviour === 'recorded' && { behaviourLogp: givenLogp(rows, layout, 'behaviourLogp') }),
    }),
  }
}
