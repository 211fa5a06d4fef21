/**
 * The weight inputs that all objectives are written with. A "share" is a token's part of a mean over some kind of tokens, so a
 * mean is a weighted sum that may be split over micro-batches; `weight` is the aggregation's.
 */
import type { Aggregation } from '#shared/experiment/objectives.ts'
import { aggregationWeights } from './aggregation.ts'
import { tokenInput, type Layout, type UpdateRow } from './update-row.ts'

/** Which response tokens are meant. */
export type TokenKind = (row: UpdateRow, j: number) => boolean

export const everyToken: TokenKind = (row) => row.counts
export const expertToken: TokenKind = (row, j) => row.counts && j < row.expertTokens
export const policyToken: TokenKind = (row, j) => row.counts && j >= row.expertTokens

const countsOf = (rows: readonly UpdateRow[], kind: TokenKind): number[] =>
  rows.map((row) => row.responseTokens.reduce((count, _, j) => count + (kind(row, j) ? 1 : 0), 0))

/** 1 / (number of such tokens) on each of them: the mean over that kind. All zero when there is none. */
export function shares(rows: readonly UpdateRow[], layout: Layout, kind: TokenKind): Float32Array {
  const total = countsOf(rows, kind).reduce((sum, count) => sum + count, 0)
  return tokenInput(rows, layout, (row, j) => (kind(row, j) ? 1 / total : 0))
}

/** The aggregation's weights over the tokens of one kind; rows without such tokens do not count as rows. */
export function weights(
  rows: readonly UpdateRow[],
  layout: Layout,
  kind: TokenKind,
  { aggregation, responseLimit }: { aggregation: Aggregation; responseLimit: number },
): Float32Array {
  const counts = countsOf(rows, kind)
  const perRow = aggregationWeights(counts, aggregation, responseLimit)
  return tokenInput(rows, layout, (row, j, b) => (kind(row, j) ? perRow[b]! : 0))
}

/** Log-probabilities handed in with the rows, 0 where a row has none. */
export const givenLogp = (
  rows: readonly UpdateRow[],
  layout: Layout,
  which: 'logpOld' | 'logpRef' | 'behaviourLogp',
): Float32Array => tokenInput(rows, layout, (row, j) => row[which]?.[j] ?? 0)
