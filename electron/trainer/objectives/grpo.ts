/**
 * GRPO: clipped surrogate with group-relative advantages, optional KL to a reference, entropy bonus.
 *   L = Σ_it w_it [ max(-A_i ρ_it, -A_i clip(ρ_it, 1-ε_lo, 1+ε_hi)) + β KL_it ] - c_H Σ_it s_it H_it        ρ = π / π_old
 *   w: the aggregation's weights;   s: 1 / Σ m, so that Σ s H is the token mean of the entropy
 * Shapes  logp, logpOld, logpRef, entropy, weight, share [B, T]; advantage [B]; loss and metrics [].   Units  nats.
 * Source  DeepSeekMath (arXiv 2402.03300) section 4.1: preset `grpo_classic`. RETU (2512.11470) eq. 11-12 and table 2: preset
 *         `grpo`. Dr. GRPO and DAPO are this loss with other settings (dr-grpo.ts, dapo.ts).
 * Departures  exponent of ρ bounded to ±20 (verl).   Throws  nothing.   Memory  disposes nothing; call it inside tidy().
 */
import { add, greater, less, logicalAnd, mul, scalar, sub, type Scalar } from '@tensorflow/tfjs'
import type { GrpoSettings } from '#shared/experiment/objectives.ts'
import type { Forward, InputKind } from '../policy.ts'
import { groupAdvantages } from './advantage.ts'
import { clippedSurrogate, type ClipSettings } from './clipped-surrogate.ts'
import { detach } from './detach.ts'
import { klPerToken, type KlEstimator } from './kl.ts'
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
import { everyToken, givenLogp, shares, weights } from './token-weights.ts'
import { rolloutRow, rowInput, type Layout, type RolloutGroup, type UpdateRow } from './update-row.ts'

/** What of the settings is constant in the graph. */
export interface GrpoConstants extends ClipSettings {
  readonly kl: { readonly coef: number; readonly estimator: KlEstimator; readonly importanceCorrected: boolean }
  readonly entropyCoef: number
}

export function grpoLoss(forward: Forward, inputs: Inputs, { kl, entropyCoef, ...clip }: GrpoConstants) {
  const weight = tokens(inputs, 'weight') // [B, T]
  const share = tokens(inputs, 'share') // [B, T]
  const logp = only(share, forward.logp) // [B, T]
  const logpOld = inputs['logpOld'] && tokens(inputs, 'logpOld') // [B, T]
  const A = mul(column(inputs, 'advantage'), present(share)) as typeof share // [B, T]
  const { loss: surrogate, ratio, clipped, clippedDual } = clippedSurrogate(logp, logpOld, A, clip)
  const pg = total(weight, surrogate)
  const entropy = entropyTerm(forward, share, entropyCoef)
  const outside = (high: boolean) =>
    high
      ? logicalAnd(greater(ratio, 1 + clip.clipHigh), greater(A, 0))
      : logicalAnd(less(ratio, 1 - clip.clipLow), less(A, 0))
  const metrics: Record<string, Scalar> = {
    pg_loss: pg,
    entropy: entropy.mean,
    ratio_mean: total(share, ratio),
    kl: logpOld ? total(share, sub(logpOld, logp)) : scalar(0),
    clip_ratio: total(share, clipped),
    clip_ratio_dual: total(share, clippedDual),
    clip_ratio_low: total(share, outside(false).toFloat()),
    clip_ratio_high: total(share, outside(true).toFloat()),
  }
  let loss = pg
  if (kl.coef > 0) {
    const distance = klPerToken(logp, tokens(inputs, 'logpRef'), kl.estimator) // [B, T]
    const penalty = kl.importanceCorrected ? mul(distance, ratio) : distance
    metrics['kl_reference'] = total(share, distance)
    loss = add(loss, mul(kl.coef, total(weight, penalty)))
  }
  return { loss: withEntropyBonus(loss, entropy, entropyCoef), metrics }
}

/** Mean entropy over `share`'s tokens; without a bonus it is a metric only and carries no gradient. */
export function entropyTerm({ entropy }: Forward, share: ReturnType<typeof tokens>, coef: number): { mean: Scalar } {
  return { mean: total(share, only(share, coef > 0 ? entropy : detach(entropy))) }
}

export const withEntropyBonus = (loss: Scalar, entropy: { mean: Scalar }, coef: number): Scalar =>
  coef > 0 ? sub(loss, mul(coef, entropy.mean)) : loss

/** The graph and its input arrays, shared by the methods that are GRPO with other settings. */
export function grpoGraph(name: string, constants: GrpoConstants, { oldPolicy, temperature }: ObjectiveContext) {
  const { clipLow, clipHigh, dualClip, kl, entropyCoef } = constants
  const fixed = { clipLow, clipHigh, dualClip, kl: kl.coef > 0 ? kl : null, entropyCoef, oldPolicy, temperature }
  const inputs: Record<string, InputKind> = { weight: 'token', share: 'token', advantage: 'row' }
  if (oldPolicy === 'scored') inputs['logpOld'] = 'token'
  if (kl.coef > 0) inputs['logpRef'] = 'token'
  return {
    key: graphKey(name, fixed),
    temperature,
    wantsEntropy: true,
    inputs,
    build: (forward: Forward, given: Inputs) => grpoLoss(forward, given, constants),
  }
}

/** The arrays of `grpoGraph`'s inputs. */
export function grpoInputs(
  rows: readonly UpdateRow[],
  layout: Layout,
  settings: Pick<GrpoSettings, 'aggregation' | 'kl'>,
  { oldPolicy, responseLimit }: ObjectiveContext,
): Record<string, Float32Array> {
  return {
    weight: weights(rows, layout, everyToken, { aggregation: settings.aggregation, responseLimit }),
    share: shares(rows, layout, everyToken),
    advantage: rowInput(rows, layout, (row) => row.advantage),
    ...(oldPolicy === 'scored' && { logpOld: givenLogp(rows, layout, 'logpOld') }),
    ...(settings.kl.coef > 0 && { logpRef: givenLogp(rows, layout, 'logpRef') }),
  }
}

/** Rows of one group with their group-relative advantages. `rewards` default to the answers' own. */
export function groupRows(
  group: RolloutGroup,
  advantage: GrpoSettings['advantage'],
  rewards = group.answers.map((answer) => answer.reward),
): UpdateRow[] {
  return groupAdvantages(rewards, advantage).map((A, i) => rolloutRow(group, i, A))
}

/** True when every answer of the group has the same reward: it pushes nowhere. */
export const isFlat = (group: RolloutGroup): boolean =>
  group.answers.every((answer) => answer.reward === group.answers[0]!.reward)

export function grpoObjective(settings: GrpoSettings, context: ObjectiveContext): Objective {
  return {
    graph: grpoGraph('grpo', settings, context),
    prepare(groups) {
      const used = settings.skipEqualGroups ? groups.filter((group) => !isFlat(group)) : groups
      return {
        rows: used.flatMap((group) => groupRows(group, settings.advantage)),
        metrics: { groups_skipped: groups.length - used.length },
      }
    },
    inputs: (rows, layout) => grpoInputs(rows, layout, settings, context),
  }
}
