/**
 * UPT (HPT): each prompt goes to SFT or to RL by how many of its rollouts are right.
 *   wins <= gate: SFT on the expert answer     gate < wins <= secondGate: rollouts and the expert row, LUFFY's way     else: RL
 *   L = Σ_RL w_it l_it + λ Σ_SFT s_it (-log π) - c_H Σ s H        l = -A ρ (no clip; option), A_i = R_i - mean_g
 * Shapes  logp, logpOld, weight, share, policyShare, sftShare, expertShare [B, T]; advantage [B].   Units  nats.
 * Source  UPT (arXiv 2509.04419) eq. 7-13, its code with gate 0; RETU (2512.11470) eq. 17-18.
 * Departures  token mean over the RL tokens by default (the code: sum_over_lmax); no clip and no SD, as the code runs (eq. 11 shows
 *         both). A term without rows is 0.   Throws  `input.empty` when a prompt routed to SFT has no expert answer.
 */
import { add, mul, neg, scalar, sub } from '@tensorflow/tfjs'
import type { UptSettings } from '#shared/experiment/objectives.ts'
import type { Forward, InputKind } from '../policy.ts'
import { winsOf } from './dynamic-sampling.ts'
import { expertWeight } from './expert-weight.ts'
import { entropyTerm, groupRows, withEntropyBonus } from './grpo.ts'
import { mixedGroupRows, mixedMetrics, onPolicyLoss } from './luffy.ts'
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
import { everyToken, expertToken, givenLogp, policyToken, shares, weights, type TokenKind } from './token-weights.ts'
import { expertRow, expertsOf, rowInput, type RolloutGroup } from './update-row.ts'

type UptConstants = Pick<UptSettings, 'sftCoef' | 'shaping' | 'onPolicyClip' | 'entropyCoef'>

export function uptLoss(
  forward: Forward,
  inputs: Inputs,
  { sftCoef, shaping, onPolicyClip, entropyCoef }: UptConstants,
) {
  const [weight, share] = [tokens(inputs, 'weight'), tokens(inputs, 'share')] // [B, T]
  const [policyShare, sftShare] = [tokens(inputs, 'policyShare'), tokens(inputs, 'sftShare')] // [B, T]
  const logp = only(share, forward.logp) // [B, T]
  const logpOld = inputs['logpOld'] && tokens(inputs, 'logpOld') // [B, T]
  const A = mul(column(inputs, 'advantage'), present(share)) as typeof share // [B, T]
  const on = onPolicyLoss(logp, logpOld, A, onPolicyClip)
  let rl = total(mul(weight, present(policyShare)), on.loss)
  if (inputs['expertShare']) {
    const byExpert = present(tokens(inputs, 'expertShare')) // [B, T]: expert rows of the middle band
    rl = add(rl, total(mul(weight, byExpert), neg(mul(A, expertWeight(logp, undefined, shaping)))))
  }
  const sft = neg(total(sftShare, logp)) as typeof rl
  const entropy = entropyTerm(forward, share, entropyCoef)
  return {
    loss: withEntropyBonus(add(rl, mul(sftCoef, sft)), entropy, entropyCoef),
    metrics: {
      pg_loss: rl,
      expert_loss: sft,
      expert_prob: total(sftShare, logp.exp()),
      clip_ratio: total(policyShare, on.clipped),
      kl: logpOld ? total(policyShare, sub(logpOld, logp)) : scalar(0),
      entropy: entropy.mean,
    },
  }
}

export type UptRoute = 'sft' | 'mixed' | 'rl'

/** Where a prompt goes, by its right answers. */
export function uptRoute(wins: number, { gate, secondGate }: Pick<UptSettings, 'gate' | 'secondGate'>): UptRoute {
  if (wins <= gate) return 'sft'
  return secondGate !== null && wins <= secondGate ? 'mixed' : 'rl'
}

const sftToken: TokenKind = (row) => row.role === 'sft'
const rlToken: TokenKind = (row, j) => row.role === 'rl' && everyToken(row, j)
const rlPolicyToken: TokenKind = (row, j) => row.role === 'rl' && policyToken(row, j)
const rlExpertToken: TokenKind = (row, j) => row.role === 'rl' && expertToken(row, j)

export function uptObjective(settings: UptSettings, context: ObjectiveContext): Objective {
  const { aggregation, advantage, secondGate, sftCoef, shaping, onPolicyClip, entropyCoef } = settings
  const { oldPolicy, temperature, responseLimit } = context
  const constants = { sftCoef, shaping, onPolicyClip, entropyCoef }
  const hasMiddle = secondGate !== null
  const kinds: Record<string, InputKind> = {
    weight: 'token',
    share: 'token',
    policyShare: 'token',
    sftShare: 'token',
    advantage: 'row',
  }
  if (oldPolicy === 'scored') kinds['logpOld'] = 'token'
  if (hasMiddle) kinds['expertShare'] = 'token'
  const rowsOf = (group: RolloutGroup, route: UptRoute) => {
    if (route === 'rl') return groupRows(group, advantage)
    if (route === 'mixed') return mixedGroupRows(group, { advantage, expertRows: 1 })
    return expertsOf(group, 1).map((_, i) => expertRow(group, i, 'sft', 0))
  }
  return {
    graph: {
      key: graphKey('upt', { ...constants, hasMiddle, oldPolicy, temperature }),
      temperature,
      wantsEntropy: true,
      inputs: kinds,
      build: (forward, inputs) => uptLoss(forward, inputs, constants),
    },
    prepare(groups) {
      const routes = groups.map((group) => uptRoute(winsOf(group), settings))
      const rows = groups.flatMap((group, i) => rowsOf(group, routes[i]!))
      const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
      const sftRows = rows.filter((row) => row.role === 'sft').length
      return {
        rows,
        metrics: {
          ...mixedMetrics(groups),
          sft_prompt_share: share(routes.filter((route) => route === 'sft').length, groups.length),
          sft_row_share: share(sftRows, rows.length),
        },
      }
    },
    inputs: (rows, layout) => ({
      weight: weights(rows, layout, rlToken, { aggregation, responseLimit }),
      share: shares(rows, layout, everyToken),
      policyShare: shares(rows, layout, rlPolicyToken),
      sftShare: shares(rows, layout, sftToken),
      advantage: rowInput(rows, layout, (row) => row.advantage),
      ...(oldPolicy === 'scored' && { logpOld: givenLogp(rows, layout, 'logpOld') }),
      ...(hasMiddle && { expertShare: shares(rows, layout, rlExpertToken) }),
    }),
  }
}
