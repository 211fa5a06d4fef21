/** Files of cases, {gold, pred, expected, strict?}: how well our verdicts agree with recorded ones. */
import * as z from 'zod'
import { Failure } from '#shared/contract/failure.ts'
import { MathsVerifier } from './verifier.ts'

/** Further fields (an id, a note) are passed over. */
export const VerifierCase = z.object({
  gold: z.string(),
  pred: z.string(),
  /** The verdict of the reference, math-verify's verify(gold, pred) on the raw texts. */
  expected: z.union([z.boolean(), z.literal([0, 1]).transform((one) => one === 1)]),
  strict: z.boolean().optional(),
})
export type VerifierCase = z.infer<typeof VerifierCase>

export interface CaseReport {
  readonly total: number
  readonly agree: number
  /** agree / total. */
  readonly agreement: number
  readonly disagreements: readonly (VerifierCase & {
    readonly index: number
    readonly got: boolean
    readonly decided: boolean
  })[]
}

/** A JSON list of cases, or one case a line. Throws `input.invalid` naming the first bad case, `input.empty` for none. */
export function parseCases(text: string, file: string): VerifierCase[] {
  const refuse = (message: string, input: string) =>
    new Failure({
      code: 'input.invalid',
      message,
      input,
      remedy: 'Write a list of {"gold": text, "pred": text, "expected": true or false}.',
    })
  const rows: unknown[] = []
  try {
    const whole: unknown = JSON.parse(text)
    if (Array.isArray(whole)) rows.push(...whole)
    else rows.push(whole)
  } catch {
    for (const [i, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue
      try {
        rows.push(JSON.parse(line))
      } catch {
        throw refuse('A line is no JSON.', `${file}:${i + 1}`)
      }
    }
  }
  if (rows.length === 0)
    throw new Failure({
      code: 'input.empty',
      message: 'The file holds no cases.',
      input: file,
      remedy: 'Give at least one case.',
    })
  return rows.map((row, i) => {
    const parsed = VerifierCase.safeParse(row)
    if (parsed.success) return parsed.data
    const { path, message } = parsed.error.issues[0]!
    throw refuse(
      `Case ${i + 1} is not one: ${message}.`,
      `${file}, case ${i + 1}${path.length > 0 ? `, "${path.join('.')}"` : ''}`,
    )
  })
}

export interface CheckOptions {
  /** After each case. */
  readonly onProgress?: (done: number) => void
  /** Aborted: what is left counts as undecided. */
  readonly signal?: AbortSignal
  readonly threads?: number
}

/** Judges all cases. */
export async function checkCases(
  cases: readonly VerifierCase[],
  { onProgress, signal, threads }: CheckOptions = {},
): Promise<CaseReport> {
  const verifier = new MathsVerifier(threads === undefined ? {} : { threads })
  const stop = () => void verifier.close()
  signal?.addEventListener('abort', stop)
  let done = 0
  try {
    const verdicts = await Promise.all(
      cases.map(async (question) => {
        const verdict = await verifier.judge(question)
        onProgress?.(++done)
        return verdict
      }),
    )
    const disagreements = cases.flatMap((question, index) => {
      const { equal, decided } = verdicts[index]!
      return equal === question.expected ? [] : [{ ...question, index, got: equal, decided }]
    })
    const agree = cases.length - disagreements.length
    return { total: cases.length, agree, agreement: agree / cases.length, disagreements }
  } finally {
    signal?.removeEventListener('abort', stop)
    await verifier.close()
  }
}
