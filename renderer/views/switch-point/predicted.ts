/** Ceilings of the checkpoints that nobody branched from, by the branches that are measured (shared/analysis/ceiling-between). */
import { predictCeilings } from '#shared/analysis/ceiling-between.ts'
import type { CheckpointPrediction, MeasuredSwitch } from '../../charts/after-rl.option.ts'

interface Checkpoint {
  readonly step: number
  readonly flops: number
}

/**
 * Between the first and the last checkpoint; null while no branch has a ceiling, and where a branch of open ceiling already stands
 * above the prediction: the bounded ones alone are then no picture of the rest. Step 0 is another question: RL alone.
 */
export function predictedCeilings(
  measured: readonly MeasuredSwitch[],
  checkpoints: readonly Checkpoint[],
): CheckpointPrediction | null {
  const computeOf = new Map(checkpoints.map(({ step, flops }) => [step, flops]))
  const known = measured.flatMap(({ step, value, interval }) => {
    const compute = computeOf.get(step)
    return interval === null || compute === undefined || step === 0 ? [] : [{ compute, value, ...interval, level: 0.8 }]
  })
  const at = checkpoints.filter(({ step }) => step > 0)
  if (known.length === 0 || at.length === 0) return null
  const { model, points } = predictCeilings(
    known,
    at.map(({ flops }) => flops),
  )
  const predicted = points.map(({ value, lo, hi }, i) => ({ step: at[i]!.step, value, lo, hi }))
  const isRefuted = measured.some(
    ({ step, value, interval }) =>
      interval === null && predicted.some((point) => point.step === step && value > point.hi),
  )
  return isRefuted ? null : { model, points: predicted }
}
