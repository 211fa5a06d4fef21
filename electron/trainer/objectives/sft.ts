/**
 * SFT: cross-entropy on the expert's response tokens, the stop token included, the prompt left out.
 *   L = - Σ_it w_it log π(y_it | q, y_i<t)          w: the aggregation's weights (token mean: 1 / Σ m)
 * Shapes  logp, weight, share [B, T]; loss and metrics [].   Units  nats.
 * Source  RETU (arXiv 2512.11470) eq. 10, normalised as its code does (verl, token mean).   Departures  exact token mean over
 *         the whole mini-batch by default; verl's mean of micro-batch means is the option `microBatch`.
 * Throws  nothing.   Memory  disposes nothing; call it inside tidy().
 */
import { neg } from '@tensorflow/tfjs'
import type { SftSettings } from '#shared/experiment/objectives.ts'
import type { Forward, ObjectiveGraph } from '../policy.ts'
import { aggregationWeights, microBatchWeights } from './aggregation.ts'
import { only, tokens, total, type Inputs } from './objective.ts'
import type { Layout } from './update-row.ts'

export function sftLoss({ logp }: Forward, inputs: Inputs) {
  const weight = tokens(inputs, 'weight') // [B, T]
  return { loss: neg(total(weight, only(weight, logp))), metrics: {} }
}

/** A document to imitate. */
export interface SftDocument {
  readonly promptTokens: Int32Array
  readonly responseTokens: Int32Array
}

export interface SftObjective {
  readonly graph: ObjectiveGraph
  inputs(documents: readonly SftDocument[], layout: Layout): Record<string, Float32Array>
}

/** The graph depends on no setting: aggregations differ in the weights that `inputs` makes. */
export function sftObjective({ aggregation, microBatch }: Omit<SftSettings, 'type'>): SftObjective {
  return {
    graph: { key: 'sft', temperature: 1, wantsEntropy: false, inputs: { weight: 'token' }, build: sftLoss },
    inputs(documents, { width, rows }) {
      const counts = documents.map((document) => document.responseTokens.length)
      // L_max is of no use here: SFT knows no aggregation that divides by it.
      const perRow = microBatch ? microBatchWeights(counts, microBatch) : aggregationWeights(counts, aggregation, 1)
      const weight = new Float32Array(rows * (width - 1))
      documents.forEach(({ promptTokens, responseTokens }, b) => {
        const from = b * (width - 1) + promptTokens.length - 1
        weight.fill(perRow[b]!, from, from + responseTokens.length)
      })
      return { weight }
    },
  }
}
