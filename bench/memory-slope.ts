/** How fast a process grows, from samples of its memory. */
import { median } from '#shared/analysis/order-statistics.ts'

export interface MemorySample {
  readonly seconds: number
  readonly megabytes: number
}

/**
 * Megabytes a second: the median slope over all pairs of samples (Theil-Sen), which a checkpoint's short peak does not move.
 * NaN for fewer than two samples.
 */
export function slopeOf(samples: readonly MemorySample[]): number {
  const slopes = samples.flatMap((a, i) =>
    samples.slice(i + 1).map((b) => (b.megabytes - a.megabytes) / (b.seconds - a.seconds)),
  )
  return median(slopes)
}
