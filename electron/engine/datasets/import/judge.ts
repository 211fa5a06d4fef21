/**
 * Does the answer that a trajectory ends in equal the reference answer? Equal texts are settled in SQL; what is left are pairs
 * of texts that differ, judged once each: two numbers are equal or not, exactly. Anything else (a set, a formula) stays
 * `unknown` until a verifier of mathematics looks at it: a wrong "wrong" would throw good rows away.
 */
import { exactNumber, sameNumber } from '#tasks/gsm8k/exact-number.ts'
import { sqlText, type Duck, type QueryOptions } from '../duck.ts'
import { writeFileWith } from '../files/block-writer.ts'

/** `1` equal, `0` different, null: cannot say. */
export function judge(answer: string, final: string): 0 | 1 | null {
  const [a, b] = [exactNumber(answer), exactNumber(final)]
  return a && b ? (sameNumber(a, b) ? 1 : 0) : null
}

/**
 * Judges the pairs of a staged file and writes those that are settled to `file`. Returns SQL of (answer, final, same), or null
 * where there is nothing to say.
 */
export async function judgePairs(
  duck: Duck,
  staged: string,
  file: string,
  options: QueryOptions,
): Promise<string | null> {
  const pairs = duck.stream<{ answer: string; final: string }>(
    `SELECT DISTINCT answer, final FROM read_parquet(${sqlText(staged)}) WHERE reason IS NULL AND answer <> final`,
    options,
  )
  const settled = await writeFileWith(file, async (write) => {
    let count = 0
    for await (const rows of pairs) {
      for (const { answer, final } of rows) {
        const same = judge(answer, final)
        if (same === null) continue
        count++
        await write(`${JSON.stringify({ answer, final, same })}\n`)
      }
    }
    return count
  })
  if (settled === 0) return null
  return `SELECT answer, final, same FROM read_json(${sqlText(file)}, format = 'newline_delimited', columns = {'answer': 'VARCHAR', 'final': 'VARCHAR', 'same': 'TINYINT'})`
}
