/** One verdict in this thread: both texts read, then compared. Hostile input can take long here; `verifier.ts` bounds it. */
import { sameAnswer } from './compare.ts'
import type { SymbolicEngine } from './equal.ts'
import { extractAnswer } from './extract.ts'

export interface MathsCase {
  /** Raw texts: an answer stands somewhere in each. */
  readonly gold: string
  readonly pred: string
  /** False: symbols may be renamed. Default true. */
  readonly strict?: boolean
}

export interface MathsVerdict {
  readonly equal: boolean
  /** What was read from the prediction, normalised; null: nothing. */
  readonly answer: string | null
  /** Gold and prediction were both understood: not equal then means different. */
  readonly isReadable: boolean
}

export function judge({ gold, pred, strict = true }: MathsCase, engine?: SymbolicEngine): MathsVerdict {
  const [expected, given] = [extractAnswer(gold), extractAnswer(pred)]
  const isSameText =
    expected.text !== null && expected.text.trim() !== '' && expected.text.trim() === given.text?.trim()
  const equal =
    isSameText ||
    (expected.answer !== null &&
      given.answer !== null &&
      sameAnswer(expected.answer, given.answer, { strict, ...(engine && { engine }) }))
  return { equal, answer: given.text, isReadable: expected.answer !== null && given.answer !== null }
}
