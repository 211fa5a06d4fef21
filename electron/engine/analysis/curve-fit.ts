/**
 * One curve's fit as it crosses the wire, made from its evaluations. CPU-bound (a tenth of a second and more): runs in
 * fit-worker.ts, never in the engine's own thread.
 * Units  scores in percent, compute in FLOPs of the stage.
 */
import { analyzeBranch } from '#shared/analysis/branch.ts'
import { fewestPoints } from '#shared/analysis/fit.ts'
import { forecastAt } from '#shared/analysis/forecast.ts'
import { lawPosterior } from '#shared/analysis/law-posterior.ts'
import { lawAlonePrior } from '#shared/analysis/law-prior.ts'
import { sigmoid } from '#shared/analysis/sigmoid.ts'
import type { BranchCurve } from '#shared/contract/contract.ts'

export type CurveFit = NonNullable<BranchCurve['fit']>

export interface FitRequest {
  readonly points: readonly { readonly step: number; readonly flops: number; readonly score: number }[]
  /** Score of the checkpoint it starts from. */
  readonly pSft: number
  /** SD of one evaluation's sampling noise in points, where it is known from the answers. */
  readonly noiseSd: number | null
}

/** The analysis works in units in which numbers are near one. */
export const unit = 1e12
/** What the noise of the answers is worth beside the curve's own scatter, in degrees of freedom. */
const noiseWeight = 4
const level = 0.8
const steps = { seen: 40, beyond: 20 }

/** Null where there are too few points after the start. Throws `input.invalid` for points that are not sorted or finite. */
export function fitCurve({ points, pSft, noiseSd }: FitRequest): CurveFit | null {
  const used = points.filter((point) => point.flops > 0)
  if (used.length < fewestPoints) return null
  const noisePrior = noiseSd === null ? null : { sd: noiseSd, weight: noiseWeight }
  const performance = used.map(({ flops, score }) => ({ compute: flops / unit, score }))
  const analysis = analyzeBranch({ id: '', dataset: '', pSft, points: performance }, { level, noisePrior })
  const from = analysis.collapse?.from ?? Number.POSITIVE_INFINITY
  const whyExcluded = (compute: number) =>
    compute >= from ? 'collapse' : analysis.broken.includes(compute) ? 'broken' : null
  const valid = performance.filter((point) => whyExcluded(point.compute) === null)
  const posterior = lawPosterior([{ compute: 0, score: pSft }, ...valid], pSft, { prior: lawAlonePrior, noisePrior })
  const { params } = analysis
  const last = valid.at(-1)?.compute ?? 0
  const line =
    params === null
      ? []
      : gridUpTo(last).map((compute) => {
          const value = sigmoid(compute, params, pSft)
          const { lo, hi } = forecastAt(posterior, compute, level, 'law')
          return {
            flops: compute * unit,
            value,
            lo: Math.min(lo, value),
            hi: Math.max(hi, value),
            extrapolated: compute > last,
          }
        })
  return {
    verdict: analysis.verdict,
    params: params === null ? {} : { A: params.A, B: params.B, cMid: params.cMid * unit, eps: params.eps },
    pSft,
    plRl: analysis.plRl,
    aPost: analysis.aPost,
    profile90: analysis.profile90,
    noiseSd: finite(analysis.noiseSd) ?? noiseSd ?? 0,
    collapse: analysis.collapse && { from: analysis.collapse.from * unit },
    line,
    excluded: used.flatMap(({ step }, i) => {
      const why = whyExcluded(performance[i]!.compute)
      return why === null ? [] : [{ step, why }]
    }),
    residuals:
      params === null
        ? []
        : valid.map(({ compute, score }) => ({ flops: compute * unit, value: score - sigmoid(compute, params, pSft) })),
    // A law with too many parameters for the points has no criterion to be compared by.
    rivals: analysis.rivals.flatMap(({ model, aicc, rmse }) =>
      finite(aicc) === null ? [] : [{ model, aicc: aicc!, rmse }],
    ),
  }
}

/** From just above zero to twice the last compute seen. */
function gridUpTo(last: number): number[] {
  const seen = Array.from({ length: steps.seen }, (_, i) => (last * (i + 1)) / steps.seen)
  const beyond = Array.from({ length: steps.beyond }, (_, i) => last + (last * (i + 1)) / steps.beyond)
  return [...seen, ...beyond]
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null)
