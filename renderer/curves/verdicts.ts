/** How sure a ceiling is, in words and in a tone. */
import type { BranchCurve } from '#shared/contract/contract.ts'
import { flops } from '../format/numbers.ts'
import type { Tone } from '../format/words.ts'

export function verdictWord(fit: BranchCurve['fit']): string {
  if (!fit) return 'too few points'
  if (fit.collapse) return `collapse at ${flops(fit.collapse.from)}`
  return fit.verdict === 'not-identifiable' ? 'not identifiable' : fit.verdict
}

export function verdictTone(fit: BranchCurve['fit']): Tone {
  if (!fit) return 'neutral'
  if (fit.collapse || fit.verdict === 'not-identifiable') return 'bad'
  return fit.verdict === 'identified' ? 'good' : 'warning'
}
