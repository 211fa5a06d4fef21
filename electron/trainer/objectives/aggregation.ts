/**
 * How per-token losses become one number: every aggregation of the field is Σ_it w_it l_it, with weights that follow from the
 * token counts of the WHOLE mini-batch. So weights are made here, on plain numbers, and a loss is one weighted sum in the
 * graph: it does not depend on how the mini-batch is split or padded.
 *   token_mean 1/Σ|y| · seq_mean_token_mean 1/(N|y_i|) · seq_mean_token_sum 1/N · sum_over_lmax 1/L_max · dr_grpo_constant 1/(N L_max)
 */
import type { Aggregation } from '#shared/experiment/objectives.ts'

/**
 * Weight of each counted token, by row [N], from the counted tokens of each row [N]. `lMax`: response limit in tokens.
 * N counts the rows that have any. A mini-batch without tokens gets zeros, never NaN.
 */
export function aggregationWeights(counts: readonly number[], how: Aggregation, lMax: number): number[] {
  const rows = counts.filter((count) => count > 0).length
  const tokens = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => {
    if (count === 0) return 0
    switch (how) {
      case 'token_mean':
        return 1 / tokens
      case 'seq_mean_token_mean':
        return 1 / (rows * count)
      case 'seq_mean_token_sum':
        return 1 / rows
      case 'sum_over_lmax':
        return 1 / lMax
      case 'dr_grpo_constant':
        return 1 / (rows * lMax)
    }
  })
}

/**
 * Mean over micro-batches of `size` rows of their token means (verl's SFT, and any trainer that averages accumulation steps):
 * short rows weigh more. The exact token mean is `aggregationWeights(.., 'token_mean')`.
 */
export function microBatchWeights(counts: readonly number[], size: number): number[] {
  const batches = Math.ceil(counts.length / size)
  return counts.map((_, i) => {
    const from = Math.floor(i / size) * size
    const tokens = counts.slice(from, from + size).reduce((sum, count) => sum + count, 0)
    return tokens === 0 ? 0 : 1 / (batches * tokens)
  })
}
