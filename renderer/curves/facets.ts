/**
 * The paper's main figure as data: one facet an SFT run, one bar a switch point, A_post = P_sft + PL_rl in percent points.
 * A bar whose ceiling the data do not set shows what was observed and says "at least"; nothing is invented above it.
 */
import { bestSeenOf } from '#shared/analysis/ceiling-words.ts'
import { classifyRegimes } from '#shared/analysis/regimes.ts'
import type { Estimate, Regime, Verdict } from '#shared/analysis/types.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'
import { printedTwins } from './printed.ts'
import { printedCeiling, pSftOf } from './verdicts.ts'

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
  /** Of a bar with points: the ceiling that another source prints for the same checkpoint. */
  readonly printed: number | null
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
  /** Compute and scores of unlike models are not to be compared. */
  readonly model: string
  readonly bars: readonly Bar[]
  readonly minValLoss: number | null
  /** Mean ceiling over the SFT branches whose ceiling is fitted; over the printed ones where none has points. */
  readonly meanCeiling: number | null
  /** Run of the bar with the best fitted ceiling (best observed where none is fitted). */
  readonly best: string | null
}

/** Height of a bar: its ceiling where there is one, what was observed otherwise. */
export const heightOf = (bar: Bar): number => bar.aPost?.value ?? bar.observed

export function barOf(
  curve: BranchCurve,
  sftRegimes: ReturnType<typeof regimesBySteps>,
  twin: BranchCurve | null = null,
): Bar | null {
  if (curve.points.length === 0) return null
  const step = curve.paradigm === 'sequential' ? (curve.parentStep ?? 0) : 0
  const at = sftRegimes.get(step)
  const printedRegime = (curve.origin?.printedRegime ?? twin?.origin?.printedRegime ?? null) as Regime | null
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
    printed: twin && printedCeiling(twin),
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
  const twins = printedTwins(curves)
  const shown = curves.filter(({ run }) => !twins.hidden.has(run))
  const sftRuns = shown.filter(({ paradigm }) => paradigm === 'sft')
  const facets = sftRuns.map((sft) => {
    const printed = twins.sft.get(sft.run)
    const regimes = regimesBySteps(validationOf.get(sft.run) ?? [])
    const isOfRun = (parent: string | null) => parent === sft.run || parent === printed?.run
    const branches = shown.filter(({ paradigm, parent }) => paradigm === 'sequential' && isOfRun(parent))
    // Pure RL from the same base is the switch at step 0: every facet shows it, as the paper's figure does.
    const pure = shown.filter(
      ({ paradigm, parent }) => paradigm === 'rl' && parent !== null && (isOfRun(parent) || parent === sft.parent),
    )
    const bars = [...pure, ...branches]
      .map((curve) => barOf(curve, regimes, twins.branch.get(curve.run) ?? null))
      .filter((bar) => bar !== null)
      .sort((a, b) => a.flops - b.flops)
    // What is printed beside curves is there to be compared with; the best and the mean are those of the curves.
    const measured = bars.filter(({ isPrinted }) => !isPrinted)
    const counted = measured.length > 0 ? measured : bars
    const best = counted.length === 0 ? null : counted.reduce((a, b) => (heightOf(b) > heightOf(a) ? b : a))
    return {
      key: sft.run,
      data: sft.data,
      model: sft.model ?? '',
      title: sftRuns.filter(({ data }) => data === sft.data).length > 1 ? sft.name : sft.data,
      bars,
      minValLoss: sft.minValLoss ?? printed?.minValLoss ?? null,
      meanCeiling: meanOf(counted.filter(({ step }) => step > 0)),
      best: best?.run ?? null,
    }
  })
  return inOrder(facets.filter(({ bars }) => bars.some(({ step }) => step > 0)))
}

/** The facets of the model that has the most: only they can be set against each other. */
export function comparableFacets(facets: readonly Facet[]): readonly Facet[] {
  const [most = []] = [...Map.groupBy(facets, ({ model }) => model).values()].sort((a, b) => b.length - a.length)
  return most
}

/** Largest SFT compute of a facet's model: facets that are compared share a unit. */
export const largestBeside = (facet: Facet, facets: readonly Facet[]): number =>
  Math.max(
    1,
    ...facets.filter(({ model }) => model === facet.model).flatMap(({ bars }) => bars.map(({ flops }) => flops)),
  )

/** Data sets as they come; runs on the same one by name, so that seeds stand in their order. */
function inOrder(facets: readonly Facet[]): Facet[] {
  const place = new Map<string, number>()
  for (const { data } of facets) if (!place.has(data)) place.set(data, place.size)
  return [...facets].sort(
    (a, b) =>
      place.get(a.data)! - place.get(b.data)! ||
      a.title.localeCompare(b.title, 'en', { numeric: true, sensitivity: 'base' }),
  )
}

/** Of the bounded ceilings; none where a branch without a bound already stands above it, as that mean would mislead. */
function meanOf(bars: readonly Bar[]): number | null {
  const fitted = bars.flatMap(({ aPost }) => aPost?.value ?? [])
  if (fitted.length === 0) return null
  const mean = fitted.reduce((sum, value) => sum + value, 0) / fitted.length
  return bars.some((bar) => bar.aPost === null && heightOf(bar) > mean) ? null : mean
}
