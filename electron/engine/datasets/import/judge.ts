/**
 * Does the answer that a trajectory ends in equal the reference answer? Equal texts are settled in SQL; what is left are pairs
 * of texts that differ, judged once each: two numbers are equal or not, exactly; of written mathematics the maths verifier decides,
 * in threads of its own and a second a pair at most. What cannot be read, or decided, stays `unknown`: a wrong "wrong" would throw
 * good rows away.
 */
import { availableParallelism } from 'node:os'
import type { Dataset } from '#shared/contract/datasets.ts'
import { exactNumber, sameNumber } from '#tasks/gsm8k/exact-number.ts'
import { MathsVerifier } from '#tasks/maths/verifier.ts'
import { sqlText, type Duck, type QueryOptions } from '../duck.ts'
import { writeFileWith } from '../files/block-writer.ts'

/** `1` equal, `0` different, null: no two numbers. */
export function judgeNumbers(answer: string, final: string): 0 | 1 | null {
  const [a, b] = [exactNumber(answer), exactNumber(final)]
  return a && b ? (sameNumber(a, b) ? 1 : 0) : null
}

/** Longer texts are proofs and explanations, no answers. */
const longestAnswer = 300

const hasWords = (text: string) => /[a-z]{3,}/i.test(text.replaceAll(/\\[a-z]+/gi, ' '))

async function judgeMaths(verifier: MathsVerifier, answer: string, final: string): Promise<0 | 1 | null> {
  if (answer.length > longestAnswer || final.length > longestAnswer) return null
  const { equal, decided, isReadable } = await verifier.judge({ gold: `$${answer}$`, pred: `\\boxed{${final}}` })
  if (equal) return 1
  // Words read as products of letters are no mathematics.
  if (hasWords(answer) || hasWords(final)) return null
  return decided && isReadable ? 0 : null
}

/**
 * Judges the pairs of a staged file and writes those that are settled to `file`. Returns SQL of (answer, final, same), or null
 * where there is nothing to say.
 */
export async function judgePairs(
  duck: Duck,
  { staged, file, task }: { readonly staged: string; readonly file: string; readonly task: Dataset['task'] },
  options: QueryOptions,
): Promise<string | null> {
  const select = `SELECT DISTINCT answer, final FROM read_parquet(${sqlText(staged)}) WHERE reason IS NULL AND answer <> final`
  const [counted] = await duck.rows<{ pairs: number }>(`SELECT count(*) AS pairs FROM (${select})`, options)
  const pairs = counted?.pairs ?? 0
  if (pairs === 0) return null
  const verifier = new MathsVerifier({ threads: availableParallelism() })
  const settled = await writeFileWith(file, async (write) => {
    let [done, count] = [0, 0]
    for await (const rows of duck.stream<{ answer: string; final: string }>(select, { signal: options.signal })) {
      const verdicts = await Promise.all(
        rows.map(({ answer, final }) => {
          const byNumber = judgeNumbers(answer, final)
          return byNumber ?? (task === 'text' ? judgeMaths(verifier, answer, final) : null)
        }),
      )
      const lines = rows.flatMap(({ answer, final }, i) =>
        verdicts[i] === null ? [] : [`${JSON.stringify({ answer, final, same: verdicts[i] })}\n`],
      )
      count += lines.length
      if (lines.length > 0) await write(lines.join(''))
      options.onProgress?.((done += rows.length) / pairs)
    }
    return count
  }).finally(() => verifier.close())
  if (settled === 0) return null
  return `SELECT answer, final, same FROM read_json(${sqlText(file)}, format = 'newline_delimited', columns = {'answer': 'VARCHAR', 'final': 'VARCHAR', 'same': 'TINYINT'})`
}
