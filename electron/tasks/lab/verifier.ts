/**
 * The lab task's verifier: the response must have an end, and the token before it must be the right final number. Nothing
 * else is checked, so odd traces such as `*3 = = 9 $` survive RL: it shows what a verifier does not see. Chance is 1 in 31.
 */
import { right, wrong, type PromptRow, type Verdict } from '../task.ts'
import { endToken, isNumberToken } from '#tokenizers/lab.ts'

/** Pure; never throws. Tokens after the first end are ignored. */
export function verifyLab(row: PromptRow, response: string): Verdict {
  const tokens = response.split(/\s+/).filter((token) => token !== '')
  const end = tokens.indexOf(endToken)
  if (end < 0) return wrong(null, 'no end')
  const answer = tokens[end - 1]
  if (answer === undefined || !isNumberToken(answer)) return wrong(null, 'no number before the end')
  return answer === row.answer ? right(answer) : wrong(answer, `${answer}, expected ${row.answer}`)
}
