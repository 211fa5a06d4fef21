/** What a step costs by the paper's count (shared/flops), from the real lengths of its sequences. */
import type { ModelShape } from '#shared/experiment/presets.ts'
import type { UpdateRow } from '../objectives/update-row.ts'

export interface Sequences {
  readonly count: number
  readonly tokens: number
}
const forwardFlops = (shape: ModelShape, s: number) => {
  const { width: H, hidden, layers: L, vocabSize: V, kvHeads, headSize } = shape
  return 2 * (L * (3 * H * hidden + H * (2 * H + 2 * kvHeads * headSize)) + 2 * V * H) + 4 * s * L * H
}
export const trainingFlops = (shape: ModelShape, rows: number, meanLength: number) => 3 * rows * meanLength * forwardFlops(shape, meanLength)
export function stepFlops(_type: string, shape: ModelShape, generated: Sequences, rows: readonly UpdateRow[]): number {
  const tokens = rows.reduce((sum, row) => sum + row.promptTokens.length + row.responseTokens.length, 0)
  const mean = generated.tokens / generated.count
  return generated.tokens * forwardFlops(shape, mean) + (rows.length === 0 ? 0 : trainingFlops(shape, rows.length, tokens / rows.length))
}
