/**
 * Steps for the points of a curve. Files often give compute alone; a run here stands on a step axis. In order: the steps of
 * the file; steps worked out from compute by the checkpoints that branches name (both numbers); the points counted.
 */
import type { Curve } from '#shared/analysis/types.ts'

export interface StepAxis {
  readonly kind: 'given' | 'derived' | 'counted'
  /** Step of each point, increasing; 0 only at compute 0. */
  readonly steps: readonly number[]
}

/** How far a checkpoint's compute may lie from the line through the others. */
const tolerance = 0.02

/** `children`: the branches of this curve. */
export function stepAxis(curve: Curve, children: readonly Curve[] = []): StepAxis {
  const given = curve.points.map(({ step, flops }) => (flops === 0 ? 0 : step))
  if (areSteps(given, curve)) return { kind: 'given', steps: given }
  const rate = stepsPerFlop(curve, children)
  if (rate !== null) {
    const steps = curve.points.map(({ flops }) => Math.round(flops * rate))
    if (areSteps(steps, curve)) return { kind: 'derived', steps }
  }
  const from = curve.points[0]?.flops === 0 ? 0 : 1
  return { kind: 'counted', steps: curve.points.map((_, i) => i + from) }
}

/** Step of a compute between the points of an axis: that of the nearest point. */
export function stepAt(curve: Curve, { steps }: StepAxis, flops: number): number | null {
  let best: number | null = null
  curve.points.forEach((point, i) => {
    if (best === null || Math.abs(point.flops - flops) < Math.abs(curve.points[best]!.flops - flops)) best = i
  })
  return best === null ? null : steps[best]!
}

function areSteps(steps: readonly (number | null)[], { points }: Curve): steps is readonly number[] {
  return steps.every((step, i) => {
    if (step === null || !Number.isSafeInteger(step)) return false
    // A branch's checkpoint stands at step 0: no later point may take its place.
    if (step === 0 && points[i]!.flops > 0) return false
    return i === 0 || step > steps[i - 1]!
  })
}

/** Steps a unit of compute by the branches' checkpoints; null where they name none or do not lie on one line. */
function stepsPerFlop(curve: Curve, children: readonly Curve[]): number | null {
  const known = [
    ...children.map(({ branchStep, branchFlops }) => ({ step: branchStep, flops: branchFlops })),
    ...curve.points.map(({ step, flops }) => ({ step, flops })),
  ].filter((pair): pair is { step: number; flops: number } => (pair.step ?? 0) > 0 && (pair.flops ?? 0) > 0)
  if (known.length === 0) return null
  const furthest = known.reduce((a, b) => (b.flops > a.flops ? b : a))
  const rate = furthest.step / furthest.flops
  const fits = known.every(({ step, flops }) => Math.abs(flops * rate - step) <= Math.max(1, tolerance * step))
  return fits ? rate : null
}
