/** `verify --cases FILE`: a file of recorded verdicts against the maths verifier. Needs no workspace. */
import { existsSync, readFileSync } from 'node:fs'
import { Failure } from '#shared/contract/failure.ts'
import { checkCases, parseCases, type CaseReport } from '#tasks/maths/cases.ts'

export type { CaseReport }

/** Throws `file.missing`, `input.invalid` (naming the case), `input.empty`, `cancelled`. */
export async function checkCasesFile(
  path: string,
  options: { readonly onProgress?: (done: number, total: number) => void; readonly signal?: AbortSignal } = {},
): Promise<CaseReport> {
  if (!existsSync(path))
    throw new Failure({
      code: 'file.missing',
      message: 'There is no such file of cases.',
      input: path,
      remedy: 'Give a JSON list of {"gold": text, "pred": text, "expected": true or false}, or one case a line.',
    })
  const cases = parseCases(readFileSync(path, 'utf8'), path)
  const report = await checkCases(cases, {
    onProgress: (done) => options.onProgress?.(done, cases.length),
    ...(options.signal && { signal: options.signal }),
  })
  if (options.signal?.aborted)
    throw new Failure({ code: 'cancelled', message: 'The check was cancelled.', input: path })
  return report
}
