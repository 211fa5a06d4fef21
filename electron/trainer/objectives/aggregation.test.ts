import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregations } from '#shared/experiment/objectives.ts'
import { aggregationWeights, microBatchWeights } from './aggregation.ts'

describe('aggregationWeights', () => {
  it.each([
    ['token_mean', [1 / 6, 1 / 6, 1 / 6]],
    ['seq_mean_token_mean', [1 / 12, 1 / 3, 1 / 3]],
    ['seq_mean_token_sum', [1 / 3, 1 / 3, 1 / 3]],
    ['sum_over_lmax', [1 / 8, 1 / 8, 1 / 8]],
    ['dr_grpo_constant', [1 / 24, 1 / 24, 1 / 24]],
  ] as const)('%s of rows of 4, 1 and 1 tokens, L_max 8', (how, expected) => {
    aggregationWeights([4, 1, 1], how, 8).forEach((weight, i) => expect(weight).toBeCloseTo(expected[i]!, 12))
  })

  it('adds up to 1 over the tokens of a mean', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 1 }),
        fc.constantFrom('token_mean', 'seq_mean_token_mean'),
        (counts, how) => {
          fc.pre(counts.some((count) => count > 0))
          const weights = aggregationWeights(counts, how, 8)
          expect(counts.reduce((sum, count, i) => sum + count * weights[i]!, 0)).toBeCloseTo(1, 10)
        },
      ),
    )
  })

  it('is never NaN, and rows without tokens neither weigh nor count', () => {
    for (const how of aggregations) {
      expect(aggregationWeights([0, 0], how, 8)).toEqual([0, 0])
      expect(aggregationWeights([], how, 8)).toEqual([])
      expect(aggregationWeights([3, 0, 2], how, 8).filter((w) => w > 0)).toEqual(aggregationWeights([3, 2], how, 8))
    }
  })
})

describe('microBatchWeights', () => {
  it('is the exact token mean for one micro-batch, the sequence mean for batches of one row', () => {
    const counts = [4, 1, 2]
    expect(microBatchWeights(counts, 3)).toEqual(aggregationWeights(counts, 'token_mean', 8))
    microBatchWeights(counts, 1).forEach((w, i) =>
      expect(w).toBeCloseTo(aggregationWeights(counts, 'seq_mean_token_mean', 8)[i]!, 12),
    )
  })
  it('takes a short last micro-batch as one batch', () =>
    expect(microBatchWeights([2, 2, 4], 2)).toEqual([1 / 8, 1 / 8, 1 / 8]))
})
