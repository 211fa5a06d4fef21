/**
 * A curve refitted in the page while a reader drags: the laws, point estimates alone, on the evaluations up to a cut, and how
 * far off they are beyond it. Intervals come with the engine's fit, when the hand rests. Under 16 ms for 80 points
 * (docs/performance.md).
 * Units  FLOPs of the stage, scores in percent.
 */
import { branchProblem, fewestPoints, fitSigmoid } from '#shared/analysis/fit.ts'
import { rivalFits, rivalScore } from '#shared/analysis/rivals.ts'
import { sigmoid } from '#shared/analysis/sigmoid.ts'
import type { LawName } from '#shared/analysis/types.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'

export const lawNames = ['sigmoid', 'linear', 'log', 'power', 'exponential'] as const satisfies readonly LawName[]

export interface FittedLaw {
  readonly model: LawName
  /** Root mean square residual over the points fitted, percent points. */
  readonly rmse: number
  /** Over the points beyond the cut; null where there is none. */
  readonly rmseAhead: number | null
  /** Null where there are too few points for it. */
  readonly aicc: number | null
  at(flops: number): number
}

export interface LiveFit {
  /** Best AICc first. */
  readonly laws: readonly FittedLaw[]
  /** The sigmoid's ceiling, percent. */
  readonly ceiling: number
  /** The sigmoid has no level below 100. */
  readonly isAtBound: boolean
  readonly fitted: number
  readonly ahead: number
}

const rootMeanSquare = (errors: readonly number[]): number =>
  Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)

/** Null with fewer points than a law needs. `upTo`: FLOPs of the stage, null for all. */
export function liveFit(curve: BranchCurve, upTo: number | null): LiveFit | null {
  const left = new Set(curve.fit?.excluded.map(({ step }) => step))
  const kept = curve.points.filter(({ flops, step }) => flops > 0 && !left.has(step))
  const isFitted = ({ flops }: { flops: number }) => upTo === null || flops <= upTo
  const fitted = kept.filter(isFitted)
  const [start] = curve.points
  if (fitted.length < fewestPoints || !start) return null
  // The search works in units in which compute is near one.
  const unit = (kept.at(-1)?.flops ?? 1) / 10
  const pSft = curve.fit?.pSft ?? 100 * start.accuracy.value
  const scored = (points: typeof kept) =>
    points.map(({ flops, accuracy }) => ({ compute: flops / unit, score: 100 * accuracy.value }))
  const problem = branchProblem(scored(fitted), pSft)
  const best = fitSigmoid(problem, { offset: (curve.fit?.params['eps'] ?? 0) > 0 ? 'free' : 'fixed' })
  const ahead = scored(kept.filter((point) => !isFitted(point)))
  const laws = rivalFits(problem, best).map(({ model, params, rmse, aicc }): FittedLaw => {
    const value = (compute: number) =>
      model === 'sigmoid' ? sigmoid(compute, best.params, pSft) : rivalScore(model, params, compute, pSft)
    return {
      model,
      rmse,
      aicc,
      rmseAhead: ahead.length === 0 ? null : rootMeanSquare(ahead.map(({ compute, score }) => score - value(compute))),
      at: (flops) => value(flops / unit),
    }
  })
  return { laws, ceiling: best.params.A, isAtBound: best.atCeiling, fitted: fitted.length, ahead: ahead.length }
}
