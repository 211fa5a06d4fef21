/** GSM8K's verifier: the response must name a final answer, and it must equal the row's as a number, exactly. */
import { right, wrong, type PromptRow, type Verdict } from '../task.ts'
import { exactNumber, sameNumber } from './exact-number.ts'
import { finalAnswer } from './solution.ts'

/** Pure; never throws. The row's answer may be a bare number or a whole solution ending in `#### number`. */
export function verifyGsm8k(row: PromptRow, response: string): Verdict {
  const answer = finalAnswer(response)
  if (answer === null) return wrong(null, 'no final answer')
  const expectedText = finalAnswer(row.answer) ?? row.answer.trim()
  const expected = exactNumber(expectedText)
  const got = exactNumber(answer)
  if (expected === null) return answer === expectedText ? right(answer) : wrong(answer, `not "${expectedText}"`)
  if (got === null) return wrong(answer, 'not a number')
  return sameNumber(got, expected) ? right(answer) : wrong(answer, `${answer}, expected ${expectedText}`)
}
