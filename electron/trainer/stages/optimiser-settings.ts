/** A stage's optimiser settings at one learning rate. */
import type { Stage } from '#shared/experiment/spec.ts'
import type { OptimiserSettings } from '../policy.ts'

export function optimiserSettings(stage: Stage, learningRate: number): OptimiserSettings {
  const { beta1, beta2, eps, weightDecay, clipNorm } = stage
  return { learningRate, beta1, beta2, eps, weightDecay, clipNorm }
}
