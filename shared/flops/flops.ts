/**
 * The paper's count of FLOPs (RETU, arXiv 2512.11470, appendix E, eq. 20-29). H width, L layers, h heads of size d, D_kv = kv
 * heads x d, V vocabulary, S mean sequence length (prompt + response).
 *   N = L (3 H H_ff + 2 H h d + 2 H D_kv) + 2 V H        norms and biases left out; the input embedding counts like a product
 *   F = 2 N + 4 S L h d                                  forward, a token; attention is not halved for causality
 *   backward = 2 F, so a trained token costs 3 F
 * Where h d = H (all but Qwen3) N is the paper's eq. 20. Not counted: padding, the KV cache's effects, rewards, evaluation, and
 * the passes of old and reference policy; `uncounted.ts` counts those apart.
 */
import type { ModelShape } from '../experiment/presets.ts'

/** The numbers of a model's shape that the count needs. */
export type CountedShape = Pick<
  ModelShape,
  'layers' | 'width' | 'heads' | 'headSize' | 'kvHeads' | 'hidden' | 'vocabSize'
>

/** A number of sequences, and the tokens of all of them together, prompts included. */
export interface Sequences {
  readonly count: number
  readonly tokens: number
}

/** N: the parameters that multiply. The head counts even where it shares the embedding's weights. */
export function denseParameters({ layers, width, heads, headSize, kvHeads, hidden, vocabSize }: CountedShape): number {
  const block = 3 * width * hidden + 2 * width * heads * headSize + 2 * width * kvHeads * headSize
  return layers * block + 2 * vocabSize * width
}

/** F: FLOPs of a forward pass, a token, in sequences of mean length S. */
export const forwardFlops = (shape: CountedShape, meanLength: number): number =>
  2 * denseParameters(shape) + 4 * meanLength * shape.layers * shape.heads * shape.headSize

/** FLOPs of a forward pass over sequences: generation, scoring. */
export const passFlops = (shape: CountedShape, { count, tokens }: Sequences): number =>
  count === 0 ? 0 : tokens * forwardFlops(shape, tokens / count)

/** FLOPs of training on sequences once: forward and backward. */
export const trainingFlops = (shape: CountedShape, sequences: Sequences): number => 3 * passFlops(shape, sequences)

/** The sequences of one RL or synchronized step, as they really were. */
export interface StepSequences {
  /** All that the policy generated, what dynamic sampling dropped included; a hybrid's prefix counts as generated. */
  readonly generated: Sequences
  /** Expert rows that are charged a generation pass too (eq. 26: LUFFY and SRFT; none in UPT, eq. 27). */
  readonly charged?: Sequences
  /** All that the update trained on, experts included. */
  readonly trained: Sequences
}

/** FLOPs of one RL or synchronized step: F a generated token, 3 F a trained one. */
export const stepFlops = (shape: CountedShape, { generated, charged, trained }: StepSequences): number =>
  passFlops(shape, generated) + (charged ? passFlops(shape, charged) : 0) + trainingFlops(shape, trained)
