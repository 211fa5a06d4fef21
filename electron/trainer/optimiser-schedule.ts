/**
 * The learning rate of a step. s: steps taken before it (0 for the first), w: warm-up steps, S: all steps, f: floor.
 *   warm-up, s < w   lr s / w;  cosine: lr (f + (1 - f) s / w), from its own floor
 *   constant         lr
 *   cosine           lr (f + (1 - f) (1 + cos π p) / 2)        p = (s - w) / (S - w), at most 1
 *   linear           lr (f + (1 - f) (1 - p))
 * Source  verl's get_cosine_schedule_with_warmup (vector `lr_cosine_warmup`) and its kin in transformers: the first step of a
 *         warm-up has rate 0.
 */
import type { Schedule } from '#shared/experiment/spec.ts'

export interface ScheduledRate {
  readonly learningRate: number
  readonly schedule: Schedule
}

/** `steps`: S, the steps the stage is expected to take. A run that goes on past it stays at the end value. */
export function learningRateAt({ learningRate, schedule }: ScheduledRate, step: number, steps: number): number {
  const { kind, warmupSteps, floor } = schedule
  const between = (from: number, share: number) => learningRate * (from + (1 - from) * share)
  if (step < warmupSteps) return between(kind === 'cosine' ? floor : 0, step / warmupSteps)
  if (kind === 'constant') return learningRate
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps))
  return between(floor, kind === 'cosine' ? (1 + Math.cos(Math.PI * progress)) / 2 : 1 - progress)
}
