/**
 * Prefix-RFT: in each group one rollout continues an expert's prefix; the whole hybrid row is learned with the ordinary
 * surrogate, but of the prefix only the tokens the policy is least sure of keep their advantage.
 *   L = Σ_it w_it max(-A_it ρ_it, -A_it clip(ρ_it, 1-ε, 1+ε)) (dual clip c) - c_H Σ_response s H
 *   A_it = 0 on the floor((1 - keep) n) prefix tokens of lowest entropy, of the n in the mini-batch; they stay in the denominators
 *   baseline joint: A_i = R_i - mean of all rows;  split: mean b of the plain rows; prefix R_h - b, continuation R_h
 * Shapes  logp, logpOld, entropy, weight, share, responseShare, expertShare, advantage [B, T]; zeroed [].   Units  nats.
 * Source  Prefix-RFT (arXiv 2507.01679) section 3; RETU (2512.11470) eq. 19 and C.2.1; the split baseline is the code's
 *         `dr_grpo_prefix`.   Departures  tokens are ranked over the whole mini-batch, not a micro-batch, ties by position.
 */
import {
  cumsum,
  lessEqual,
  mul,
  neg,
  ones,
  scalar,
  scatterND,
  sub,
  topk,
  where,
  type Scalar,
  type Tensor2D,
} from '@tensorflow/tfjs'
import type { PrefixRftSettings } from '#shared/experiment/objectives.ts'
import type { Forward, InputKind } from '../policy.ts'
import { groupAdvantages } from './advantage.ts'
import { clippedSurrogate, policyRatio } from './clipped-surrogate.ts'
import { detach } from './detach.ts'
import { withEntropyBonus } from './grpo.ts'
import {
  graphKey,
  only,
  present,
  tokens,
  total,
  type Inputs,
  type Objective,
  type ObjectiveContext,
  type Progress,
} from './objective.ts'
import { everyToken, expertToken, givenLogp, policyToken, shares, weights } from './token-weights.ts'
import { rolloutRow, tokenInput, type RolloutGroup, type UpdateRow } from './update-row.ts'

type PrefixConstants = Pick<PrefixRftSettings, 'clipLow' | 'clipHigh' | 'dualClip' | 'clipPrefix' | 'entropyCoef'>

export function prefixRftLoss(forward: Forward, inputs: Inputs, { clipPrefix, entropyCoef, ...clip }: PrefixConstants) {
  const [weight, share] = [tokens(inputs, 'weight'), tokens(inputs, 'share')] // [B, T]
  const [prefixShare, responseShare] = [tokens(inputs, 'expertShare'), tokens(inputs, 'responseShare')] // [B, T]
  const prefix = present(prefixShare) // [B, T]
  const logp = only(share, forward.logp) // [B, T]
  const logpOld = inputs['logpOld'] && tokens(inputs, 'logpOld') // [B, T]
  const zeroed = lowestEntropy(detach(forward.entropy), prefix, inputs['zeroed'] as Scalar) // [B, T]
  const kept: Tensor2D = sub(1, zeroed) // [B, T]
  const A: Tensor2D = mul(tokens(inputs, 'advantage'), kept) // [B, T]
  const { loss: clippedLoss, clipped, clippedDual } = clippedSurrogate(logp, logpOld, A, clip)
  const loss = clipPrefix
    ? clippedLoss
    : (where(prefix.greater(0), neg(mul(A, policyRatio(logp, logpOld))), clippedLoss) as Tensor2D)
  const pg = total(weight, loss)
  const entropy = only(responseShare, entropyCoef > 0 ? forward.entropy : detach(forward.entropy))
  const mean = total(responseShare, entropy)
  return {
    loss: withEntropyBonus(pg, { mean }, entropyCoef),
    metrics: {
      pg_loss: pg,
      prefix_loss: total(prefixShare, loss),
      continuation_loss: total(responseShare, loss),
      prefix_share: total(share, prefix),
      prefix_kept: total(prefixShare, kept),
      expert_prob: total(prefixShare, logp.exp()),
      clip_ratio: total(share, clipped),
      clip_ratio_dual: total(share, clippedDual),
      kl: logpOld ? total(share, sub(logpOld, logp)) : scalar(0),
      /** Over what the policy wrote: prefix tokens are left out, as in the bonus. */
      entropy: mean,
    },
  }
}

/** 1 on the `count` prefix tokens of lowest entropy, ties by position. Shapes [B, T]; no gradient. */
function lowestEntropy(entropy: Tensor2D, prefix: Tensor2D, count: Scalar): Tensor2D {
  const [B, T] = entropy.shape
  const size = B * T
  // Ascending by negated values: top-k puts the lower index first among equals, and all other tokens come last.
  const ranked = sub(mul(neg(entropy), prefix), mul(1e9, sub(1, prefix))).reshape([size])
  const { indices } = topk(ranked, size, true)
  const ranks = cumsum(ones([size])) // 1, 2, ...
  const order = scatterND(indices.reshape([size, 1]), ranks, [size]) // rank of each token
  return mul(prefix, lessEqual(order, count).toFloat().reshape([B, T]))
}

/** Advantages of one group: of the response, and of the expert's prefix. */
function hybridGroupRows(group: RolloutGroup, baseline: PrefixRftSettings['baseline']): UpdateRow[] {
  const rewards = group.answers.map((answer) => answer.reward)
  const plain = group.answers.map((answer) => (answer.prefixTokens ?? 0) === 0)
  const settings = { std: false, eps: 1e-6 }
  if (baseline === 'joint') return groupAdvantages(rewards, settings).map((A, i) => rolloutRow(group, i, A))
  const plainRewards = rewards.filter((_, i) => plain[i])
  const b = plainRewards.reduce((sum, r) => sum + r, 0) / Math.max(1, plainRewards.length)
  return rewards.map((R, i) => ({ ...rolloutRow(group, i, plain[i] ? R - b : R), expertAdvantage: R - b }))
}

/** Share of prefix tokens that keep their advantage at a step: constant, or linear to its end value. */
export function keepShareAt(
  { step, steps }: Progress,
  settings: Pick<PrefixRftSettings, 'keepShare' | 'keepShareEnd'>,
) {
  const { keepShare, keepShareEnd } = settings
  return keepShareEnd === null
    ? keepShare
    : keepShare + (keepShareEnd - keepShare) * Math.min(1, step / Math.max(1, steps))
}

export function prefixRftObjective(settings: PrefixRftSettings, context: ObjectiveContext): Objective {
  const { aggregation, baseline, clipLow, clipHigh, dualClip, clipPrefix, entropyCoef } = settings
  const { oldPolicy, temperature, responseLimit } = context
  const constants = { clipLow, clipHigh, dualClip, clipPrefix, entropyCoef }
  const kinds: Record<string, InputKind> = {
    weight: 'token',
    share: 'token',
    responseShare: 'token',
    expertShare: 'token',
    advantage: 'token',
    zeroed: 'scalar',
  }
  if (oldPolicy === 'scored') kinds['logpOld'] = 'token'
  return {
    graph: {
      key: graphKey('prefix-rft', { ...constants, oldPolicy, temperature }),
      temperature,
      wantsEntropy: true,
      inputs: kinds,
      build: (forward, inputs) => prefixRftLoss(forward, inputs, constants),
    },
    prepare(groups) {
      const rows = groups.flatMap((group) => hybridGroupRows(group, baseline))
      const hybrid = rows.filter((row) => row.expertTokens > 0)
      const lengths = hybrid.map((row) => row.expertTokens / row.responseTokens.length)
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
      return {
        rows,
        metrics: {
          hybrid_prefix_share: mean(lengths),
          hybrid_solved: mean(hybrid.map((row) => (row.correct ? 1 : 0))),
          policy_solved: mean(rows.filter((row) => row.expertTokens === 0).map((row) => (row.correct ? 1 : 0))),
        },
      }
    },
    inputs(rows, layout, progress) {
      const prefixTokens = rows.reduce((sum, row) => sum + row.expertTokens, 0)
      // The small number keeps (1 - 0.2) * 5 from flooring to 3.
      const zeroed = Math.floor((1 - keepShareAt(progress, settings)) * prefixTokens + 1e-9)
      return {
        weight: weights(rows, layout, everyToken, { aggregation, responseLimit }),
        share: shares(rows, layout, everyToken),
        responseShare: shares(rows, layout, policyToken),
        expertShare: shares(rows, layout, expertToken),
        advantage: tokenInput(rows, layout, (row, j) => (j < row.expertTokens ? row.expertAdvantage : row.advantage)),
        zeroed: Float32Array.of(zeroed),
        ...(oldPolicy === 'scored' && { logpOld: givenLogp(rows, layout, 'logpOld') }),
      }
    },
  }
}
