/** Prompt and response as the rectangular batches that the policy takes, and what of them is padding. */
import type { TokenRows } from '../../policy.ts'

/** One sequence: a prompt and what follows it. */
export interface Sequence {
  readonly promptTokens: Int32Array
  readonly responseTokens: Int32Array
}

export const sequenceLength = ({ promptTokens, responseTokens }: Sequence): number =>
  promptTokens.length + responseTokens.length

/** The width of a batch: its longest sequence. The policy's graphs take any size, so a batch is padded to no more than that. */
export const widthOf = (sequences: readonly Sequence[]): number =>
  sequences.reduce((max, sequence) => Math.max(max, sequenceLength(sequence)), 2)

/** Sequences in order, in pieces of at most `mostRows` and, padded, `mostPositions`; a single one is a piece whatever its length. */
export function* pieces<S extends Sequence>(sequences: readonly S[], mostRows: number, mostPositions: number) {
  let piece: S[] = []
  let width = 2
  for (const sequence of sequences) {
    const wider = Math.max(width, sequenceLength(sequence))
    if (piece.length === mostRows || (piece.length > 0 && wider * (piece.length + 1) > mostPositions)) {
      yield piece
      piece = []
      width = 2
    }
    piece.push(sequence)
    width = Math.max(width, sequenceLength(sequence))
  }
  if (piece.length > 0) yield piece
}

/** Rows side by side, right-padded with `pad`. */
export function tokenRows(sequences: readonly Sequence[], pad: number): TokenRows {
  const rows = sequences.length
  const width = widthOf(sequences)
  const tokens = new Int32Array(rows * width).fill(pad)
  const lengths = new Int32Array(rows)
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
export function responseMask(sequences: readonly Sequence[], width: number): Float32Array {
  const T = width - 1
  const mask = new Float32Array(sequences.length * T)
  sequences.forEach(({ promptTokens, responseTokens }, b) => {
    const from = b * T + promptTokens.length - 1
    mask.fill(1, from, from + responseTokens.length)
  })
  return mask
}

/** Share of a mini-batch's positions that carry no token. */
export function paddingShare(parts: readonly TokenRows[]): number {
  const sum = (of: (part: TokenRows) => number) => parts.reduce((total, part) => total + of(part), 0)
  return 1 - sum(({ lengths }) => lengths.reduce((a, b) => a + b, 0)) / sum(({ rows, width }) => rows * width)
}
