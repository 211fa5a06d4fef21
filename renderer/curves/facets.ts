/**
 * The paper's main figure as data: one facet an SFT run, one bar a switch point, A_post = P_sft + PL_rl in percent points.
 * A bar whose ceiling the data do not set shows what was observed and says "at least"; nothing is invented above it.
 */
import { bestSeenOf } from '#shared/analysis/ceiling-words.ts'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import type { Estimate, Regime, Verdict } from '#shared/analysis/types.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { pSftOf } from './verdicts.ts'

export interface ValidationPoint {
  readonly step: number
  readonly flops: number
  readonly loss: number
}

export interface Bar {
  readonly run: string
  readonly name: string
  readonly paradigm: BranchCurve['paradigm']
  /** SFT step and compute at the switch; 0 for pure RL. */
  readonly step: number
  readonly flops: number
  readonly pSft: number
  /** The fitted ceiling; null where it is not identified or cannot be fitted yet. */
  readonly aPost: Estimate | null
  /** The best score seen so far, outside collapses. */
  readonly observed: number
  readonly verdict: Verdict | 'too few points'
  /** The ceiling is the one that the source prints; there are no points to fit. */
  readonly isPrinted: boolean
  readonly regime: Regime | null
  /** As an imported file prints it; shown beside the computed one, and for it where there are no losses. */
  readonly printedRegime: Regime | null
  readonly valLoss: number | null
  readonly collapsedAt: number | null
}

export interface Facet {
  /** The SFT run. */
  readonly key: string
  readonly title: string
  /** The data set it was fine-tuned on. */
  readonly data: string
  readonly bars: readonly Bar[]
  readonly minValLoss: number | null
  /** Mean ceiling over the SFT branches whose ceiling is fitted. */
  readonly meanCeiling: number | null
  /** Run of the bar with the best fitted ceiling (best observed where none is fitted). */
  readonly best: string | null
}

/** Height of a bar: its ceiling where there is one, what was observed otherwise. */
export const heightOf = (bar: Bar): number => bar.aPost?.value ?? bar.observed

export function barOf(curve: BranchCurve, sftRegimes: ReturnType<typeof regimesBySteps>): Bar | null {
  if (curve.points.length === 0) return null
  const step = curve.paradigm === 'sequential' ? (curve.parentStep ?? 0) : 0
  const at = sftRegimes.get(step)
  const printedRegime = (curve.origin?.printedRegime ?? null) as Regime | null
  const ceiling = curve.origin?.printedCeiling ?? null
  const printed = ceiling === null ? null : { value: ceiling, lo: ceiling, hi: ceiling }
  return {
    run: curve.run,
    name: curve.name,
    paradigm: curve.paradigm,
    step,
    flops: curve.paradigm === 'sequential' ? curve.beforeFlops : 0,
    pSft: pSftOf(curve),
    aPost: curve.fit ? (curve.fit.verdict === 'not-identifiable' ? null : curve.fit.aPost) : printed,
    observed: bestSeenOf(curve.points, curve.fit?.excluded),
    verdict: curve.fit?.verdict ?? 'too few points',
    isPrinted: !curve.fit && printed !== null,
    regime: at?.regime ?? printedRegime,
    printedRegime,
    valLoss: at?.loss ?? null,
    collapsedAt: curve.fit?.collapse?.from ?? null,
  }
}

/** Label and loss of every validated step of an SFT run. */
export function regimesBySteps(validation: readonly ValidationPoint[]) {
  const result = new Map<number, { regime: Regime; loss: number }>()
  if (validation.length === 0) return result
  for (const { step, regime, loss } of classifyRegimes(validation).points) result.set(step, { regime, loss })
  return result
}

export function facetsOf(
  curves: readonly BranchCurve[],
  validationOf: ReadonlyMap<string, readonly ValidationPoint[]>,
): Facet[] {
  return curves
    .filter(({ paradigm }) => paradigm === 'sft')
    .map((sft) => {
      const regimes = regimesBySteps(validationOf.get(sft.run) ?? [])
      const branches = curves.filter(({ paradigm, parent }) => paradigm === 'sequential' && parent === sft.run)
      // Pure RL from the same base is the switch at step 0: every facet shows it, as the paper's figure does.
      const pure = curves.filter(
        ({ paradigm, parent }) => paradigm === 'rl' && parent !== null && (parent === sft.run || parent === sft.parent),
      )
      const bars = [...pure, ...branches]
        .map((curve) => barOf(curve, regimes))
        .filter((bar) => bar !== null)
        .sort((a, b) => a.flops - b.flops)
      const best = bars.length === 0 ? null : bars.reduce((a, b) => (heightOf(b) > heightOf(a) ? b : a))
      return {
        key: sft.run,
        data: sft.data,
        title:
          curves.filter(({ paradigm, data }) => paradigm === 'sft' && data === sft.data).length > 1
            ? sft.name
            : sft.data,
        bars,
        minValLoss: sft.minValLoss,
        meanCeiling: meanOf(bars.filter(({ step }) => step > 0)),
        best: best?.run ?? null,
      }
    })
    .filter(({ bars }) => bars.some(({ step }) => step > 0))
}

/** Of the bounded ceilings; none where a branch without a bound already stands above it, as that mean would mislead. */
function meanOf(bars: readonly Bar[]): number | null {
  const fitted = bars.flatMap(({ aPost }) => aPost?.value ?? [])
  if (fitted.length === 0) return null
  const mean = fitted.reduce((sum, value) => sum + value, 0) / fitted.length
  return bars.some((bar) => bar.aPost === null && heightOf(bar) > mean) ? null : mean
}
