/**
 * SRFT: SFT and RL in one loss, balanced by the policy's entropy.
 *   L = Σ_expert s_it w1_i (-log π)                                 imitation, token mean over expert tokens
 *     + Σ_expert w_it (-A_i f(π))                                   expert as off-policy RL
 *     + Σ_on w_it (-c_i log π)      c_i = w2_i if right, -1 if wrong
 *   w1 = 0.5 sg(e^-H), w2 = 0.1 sg(e^H);  H: mean token entropy of the row (options: batch, token);  A_i as LUFFY's
 * Shapes  logp, entropy, weight, share, policyShare, expertShare [B, T]; advantage, correct, rowShare [B].   Units  nats.
 * Source  SRFT (arXiv 2506.19767) eq. 5-13; RETU (2512.11470) eq. 15-16, which writes the same with mixed signs.
 * Departures  f(x) = x / (x + γ) and mean-only A, as RETU ran it (SRFT prints no shaping and the SD); one normaliser for the RL
 *         terms, token mean by default. The wrong answers' term has no lower bound: option `negativeFloor`.   Throws  nothing.
 */
import {
  add,
  clipByValue,
  div,
  exp,
  expandDims,
  maximum,
  mul,
  neg,
  sum,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs'
import type { SrftSettings } from '#shared/experiment/objectives.ts'
import type { Forward } from '../policy.ts'
import { detach } from './detach.ts'
import { expertWeight } from './expert-weight.ts'
import { entropyTerm, withEntropyBonus } from './grpo.ts'
import { mixedGroupRows, mixedMetrics } from './luffy.ts'
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
import { everyToken, expertToken, policyToken, shares, weights } from './token-weights.ts'
import { rowInput } from './update-row.ts'

type SrftConstants = Pick<
  SrftSettings,
  'shaping' | 'entropyScope' | 'sftScale' | 'rlScale' | 'sftWeight' | 'negativeFloor' | 'entropyCoef'
>

export function srftLoss(forward: Forward, inputs: Inputs, settings: SrftConstants) {
  const [weight, share] = [tokens(inputs, 'weight'), tokens(inputs, 'share')] // [B, T]
  const [policyShare, expertShare] = [tokens(inputs, 'policyShare'), tokens(inputs, 'expertShare')] // [B, T]
  const [onPolicy, byExpert] = [present(policyShare), present(expertShare)] // [B, T]
  const right = mul(column(inputs, 'correct'), onPolicy) as Tensor2D // [B, T]
  const wrong = mul(onPolicy, column(inputs, 'correct').mul(-1).add(1)) as Tensor2D // [B, T]
  const logp = only(share, forward.logp) // [B, T]
  const A = column(inputs, 'advantage') // [B, 1]

  const H = entropyOf(only(share, detach(forward.entropy)), share, settings.entropyScope) // [B, T], [B, 1] or []
  const w1 = mul(settings.sftScale, exp(settings.sftWeight === 'exp_minus_entropy' ? neg(H) : H))
  const w2 = mul(settings.rlScale, exp(H))

  const sft = total(expertShare, mul(w1, neg(logp)))
  const offPolicy = total(mul(weight, byExpert), neg(mul(A, expertWeight(logp, undefined, settings.shaping))))
  const positive = total(mul(weight, right), neg(mul(w2, logp)))
  const floor = settings.negativeFloor
  const negative = total(mul(weight, wrong), floor === null ? logp : clipByValue(logp, floor, 0))
  const loss = add(add(sft, offPolicy), add(positive, negative)) as typeof sft

  const entropy = entropyTerm(forward, share, settings.entropyCoef)
  const rowShare = mul(expandDims(inputs['rowShare'] as Tensor1D, 1), div(present(share), tokensOf(share))) // [B, T], sums to 1
  return {
    loss: withEntropyBonus(loss, entropy, settings.entropyCoef),
    metrics: {
      pg_loss: loss,
      srft_sft: sft,
      srft_off_policy: offPolicy,
      srft_positive: positive,
      srft_negative: negative,
      /** Means over rows of the entropy that the weights saw, and of the weights. */
      srft_entropy: total(rowShare, H),
      srft_sft_coef: total(rowShare, w1),
      srft_rl_coef: total(rowShare, w2),
      /** How far wrong answers have been pushed down: nothing but the floor stops it. */
      wrong_logp: div(total(mul(policyShare, wrong), logp), maximum(total(policyShare, wrong), 1e-9)) as typeof sft,
      expert_prob: total(expertShare, exp(logp)),
      entropy: entropy.mean,
    },
  }
}

/** Tokens of each row [B, 1], at least 1. */
const tokensOf = (share: Tensor2D): Tensor2D => maximum(sum(present(share), 1, true), 1) as Tensor2D

/** Entropy averaged over its scope: each token's own [B, T], the row's mean [B, 1], or the batch's [1, 1]. */
function entropyOf(entropy: Tensor2D, share: Tensor2D, scope: SrftSettings['entropyScope']): Tensor2D {
  if (scope === 'token') return entropy
  if (scope === 'batch') return total(share, entropy).reshape([1, 1])
  return div(sum(mul(entropy, present(share)), 1, true), tokensOf(share))
}

export function srftObjective(settings: SrftSettings, { temperature, responseLimit }: ObjectiveContext): Objective {
  const { aggregation, shaping, entropyScope, sftScale, rlScale, sftWeight, negativeFloor, entropyCoef } = settings
  const constants = { shaping, entropyScope, sftScale, rlScale, sftWeight, negativeFloor, entropyCoef }
  return {
    graph: {
      key: graphKey('srft', { ...constants, temperature }),
      temperature,
      wantsEntropy: true,
      inputs: {
        weight: 'token',
        share: 'token',
        policyShare: 'token',
        expertShare: 'token',
        advantage: 'row',
        correct: 'row',
        rowShare: 'row',
      },
      build: (forward, inputs) => srftLoss(forward, inputs, constants),
    },
    prepare: (groups) => ({
      rows: groups.flatMap((group) => mixedGroupRows(group, settings)),
      metrics: mixedMetrics(groups),
    }),
    inputs: (rows, layout) => ({
      weight: weights(rows, layout, everyToken, { aggregation, responseLimit }),
      share: shares(rows, layout, everyToken),
      policyShare: shares(rows, layout, policyToken),
      expertShare: shares(rows, layout, expertToken),
      advantage: rowInput(rows, layout, (row) => row.advantage),
      correct: rowInput(rows, layout, (row) => (row.correct ? 1 : 0)),
      rowShare: rowInput(rows, layout, () => 1 / rows.length),
    }),
  }
}
