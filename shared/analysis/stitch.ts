/**
 * Compute axes: an RL branch counts from its branch point; stitched onto its checkpoint it continues the SFT run's axis.
 *   x_total = x_sft(checkpoint) + x_rl        (pretraining is on neither axis)
 */
import { overallScore, scoreOf } from './aggregate.ts'
import type { Curve, CurveSet, PerformancePoint } from './types.ts'

/** Score of a branch's checkpoint: as the file gives it, else the parent's score at that compute or step. */
export function branchStart(curve: Curve, set: CurveSet, metric = 'overall'): number | null {
  if (metric === 'overall' && curve.pSft !== null) return curve.pSft
  const start = curve.points.find((p) => p.flops === 0)
  if (start) return scoreOf(start, metric, set.benchmarks)
  const checkpoint = checkpointOf(curve, set)
  return checkpoint ? scoreOf(checkpoint, metric, set.benchmarks) : null
}

/** The parent of a branch: by id where the file names it, else the one SFT curve of the same dataset. */
export function parentOf(curve: Curve, set: CurveSet): Curve | null {
  if (curve.parent !== null) return set.curves.find((c) => c.id === curve.parent) ?? null
  const candidates = set.curves.filter((c) => c.stage === 'sft' && c.dataset === curve.dataset)
  return candidates.length === 1 ? candidates[0]! : null
}

/** Files round compute to 0.01 and add rounded segments: points this close are one. */
const sameCompute = 0.2

/** The parent's point that a branch starts from; null if the file does not hold it. */
export function checkpointOf(curve: Curve, set: CurveSet) {
  const parent = parentOf(curve, set)
  if (!parent) return null
  const byStep = curve.branchStep === null ? undefined : parent.points.find((p) => p.step === curve.branchStep)
  if (byStep) return byStep
  if (curve.branchFlops === null) return null
  const at = curve.branchFlops
  const tolerance = Math.min(sameCompute, 0.005 * (parent.points.at(-1)?.flops ?? 0))
  const near = parent.points
    .filter((p) => Math.abs(p.flops - at) <= tolerance)
    .sort((a, b) => Math.abs(a.flops - at) - Math.abs(b.flops - at))
  return near[0] ?? null
}

/** Where a branch starts on the SFT axis: as the file gives it, else the parent's compute at the step. */
export const branchCompute = (curve: Curve, set: CurveSet): number | null =>
  curve.branchFlops ?? checkpointOf(curve, set)?.flops ?? (curve.branchStep === 0 ? 0 : null)

/** Points of one curve on its own axis, those without the score left out. */
export function performance(curve: Curve, set: CurveSet, metric = 'overall'): PerformancePoint[] {
  return curve.points.flatMap((p) => {
    const score = metric === 'overall' ? overallScore(p, set.benchmarks) : scoreOf(p, metric, set.benchmarks)
    return score === null ? [] : [{ compute: p.flops, score }]
  })
}

export interface StitchedPoint extends PerformancePoint {
  readonly stage: 'sft' | 'rl'
}

/** The whole pipeline of a branch: the parent's points up to the checkpoint, then the branch, on the total axis. */
export function stitch(curve: Curve, set: CurveSet, metric = 'overall'): StitchedPoint[] {
  const offset = branchCompute(curve, set) ?? 0
  const start = branchStart(curve, set, metric)
  const parent = parentOf(curve, set)
  const before = parent ? performance(parent, set, metric).filter((p) => p.compute < offset - 1e-9) : []
  const branch = performance(curve, set, metric).filter((p) => p.compute > 0)
  return [
    ...before.map((p) => ({ ...p, stage: 'sft' as const })),
    ...(start === null ? [] : [{ compute: offset, score: start, stage: 'sft' as const }]),
    ...branch.map((p) => ({ compute: offset + p.compute, score: p.score, stage: 'rl' as const })),
  ]
}
