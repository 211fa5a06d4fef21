/**
 * "Everything counted": the forward passes that the paper's count leaves out, by the same F a token. Added to the paper's
 * number they say what a stage really asked of the machine, padding and the verifier's time apart.
 */
import { passFlops, type CountedShape, type Sequences } from './flops.ts'

export interface UncountedPasses {
  /** Rows scored by the policy before its update (π_old), where a step has more than one update. */
  readonly oldPolicy?: Sequences
  /** Rows scored by a frozen reference policy. */
  readonly reference?: Sequences
  /** Validation rows scored. */
  readonly validation?: Sequences
  /** Answers generated for evaluation. */
  readonly evaluation?: Sequences
}

/** FLOPs of those passes. */
export const uncountedFlops = (shape: CountedShape, passes: UncountedPasses): number =>
  [passes.oldPolicy, passes.reference, passes.validation, passes.evaluation].reduce(
    (sum, sequences) => sum + (sequences ? passFlops(shape, sequences) : 0),
    0,
  )
