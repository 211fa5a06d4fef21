/** How sure a ceiling is, in words and in a tone. */
import { bestSeenOf, ceilingWords, plasticityWords, verdictWords } from '#shared/analysis/ceiling-words.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { flops } from '../format/numbers.ts'
import type { Tone } from '../format/words.ts'

/** The ceiling that an imported file prints, where it gives no points to fit. */
export const printedCeiling = ({ fit, origin }: Pick<BranchCurve, 'fit'> & Partial<Pick<BranchCurve, 'origin'>>) =>
  fit === null ? (origin?.printedCeiling ?? null) : null

export function verdictWord(fit: BranchCurve['fit'], origin: BranchCurve['origin'] = null): string {
  if (!fit) return printedCeiling({ fit, origin }) === null ? 'too few points' : 'as printed'
  if (fit.collapse) return `collapse at ${flops(fit.collapse.from)}`
  return verdictWords[fit.verdict]
}

export function verdictTone(fit: BranchCurve['fit']): Tone {
  if (!fit) return 'neutral'
  if (fit.collapse || fit.verdict === 'not-identifiable') return 'bad'
  return fit.verdict === 'identified' ? 'good' : 'warning'
}

/** Score of the checkpoint that a branch starts from, percent: as fitted, else its first evaluation. */
export const pSftOf = ({ fit, points }: Fitted): number => fit?.pSft ?? 100 * (points[0]?.accuracy.value ?? 0)

const stated = ({ points, fit }: Fitted) => ({
  verdict: fit?.verdict ?? ('not-identifiable' as const),
  aPost: fit?.aPost ?? { value: 100, lo: 0, hi: 100 },
  bestSeen: bestSeenOf(points, fit?.excluded),
})
type Fitted = Pick<BranchCurve, 'points' | 'fit'> & Partial<Pick<BranchCurve, 'origin'>>

/** The ceiling in percent: `83.4 [82.9, 84.4]`, or `at least 80.9` where the data set none (or no law is fitted yet). */
export const ceilingText = (curve: Fitted): string => printedCeiling(curve)?.toFixed(1) ?? ceilingWords(stated(curve))

/** The plasticity in points, likewise. */
export function plasticityText(curve: Fitted): string {
  const pSft = pSftOf(curve)
  const printed = printedCeiling(curve)
  return printed === null ? plasticityWords(stated(curve), pSft) : (printed - pSft).toFixed(1)
}
