/** Prompt and response as the rectangular batches that the policy takes, and what of them is padding. */
import type { TokenRows } from '../../policy.ts'

/** One sequence: a prompt and what follows it. */
export interface Sequence {
  readonly promptTokens: Int32Array
  readonly responseTokens: Int32Array
}

export const sequenceLength = ({ promptTokens, responseTokens }: Sequence): number => promptTokens.length + responseTokens.length

/**
 * A few widths up to the longest sequence: a recorded graph stands behind each, so they are few; rows are padded up to the
 * nearest, so they are not too far apart.
 */
export function bucketWidths(longest: number): number[] {
  const round = (width: number) => Math.ceil(width / 8) * 8
  return [...new Set([0.5, 0.75, 1].map((share) => round(longest * share)))]
}

/** The narrowest width that holds every sequence. Throws when none does: rows that long were left out when they were read. */
export function widthFor(sequences: readonly Sequence[], widths: readonly number[]): number {
  const longest = sequences.reduce((max, sequence) => Math.max(max, sequenceLength(sequence)), 1)
  const width = widths.find((candidate) => candidate >= longest)
  if (width === undefined) throw new Error(`a sequence of ${longest} tokens fits none of the widths ${widths.join(', ')}`)
  return width
}

/** Rows side by side, right-padded with `pad`; rows beyond the sequences (up to `rows`) are padding altogether, of length 1. */
export function tokenRows(sequences: readonly Sequence[], width: number, pad: number, rows = sequences.length): TokenRows {
  const tokens = new Int32Array(rows * width).fill(pad)
  const lengths = new Int32Array(rows).fill(1)
  sequences.forEach(({ promptTokens, responseTokens }, b) => {
    tokens.set(promptTokens, b * width)
    tokens.set(responseTokens, b * width + promptTokens.length)
    lengths[b] = promptTokens.length + responseTokens.length
  })
  return { tokens, rows, width, lengths }
}

/**
 * 1 where a column's target (the token at t+1) is a response token, else 0: [rows * (width - 1)]. The first weighted column
 * predicts the first response token, the last one the stop token.
 */
export function responseMask(sequences: readonly Sequence[], width: number, rows = sequences.length): Float32Array {
  const T = width - 1
  const mask = new Float32Array(rows * T)
  sequences.forEach(({ promptTokens, responseTokens }, b) => {
    const from = b * T + promptTokens.length - 1
    mask.fill(1, from, from + responseTokens.length)
  })
  return mask
}

/** Share of positions that carry no token. */
export function paddingShare(sequences: readonly Sequence[], { rows, width }: { rows: number; width: number }): number {
  return 1 - sequences.reduce((sum, sequence) => sum + sequenceLength(sequence), 0) / (rows * width)
}
