import type { Stage } from '#shared/experiment/spec.ts'
export function learningRateAt({ learningRate, schedule }: Stage, step: number, steps: number): number {
  const { kind, warmupSteps, floor } = schedule
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps
  if (kind === 'constant') return learningRate
  const share = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps))
  const shape = kind === 'linear' ? 1 - share : 0.5 * (1 + Math.cos(Math.PI * share))
  return learningRate * (floor + (1 - floor) * shape)
}
