/** Exponential moving average without its start-up bias (divided by 1 - weight^t, as Adam's moments): no dip at the left edge. */
export function smoothed(values: readonly number[], weight: number): number[] {
  let sum = 0
  let norm = 0
  return values.map((value) => {
    if (!Number.isFinite(value)) return norm === 0 ? value : sum / norm
    sum = weight * sum + (1 - weight) * value
    norm = weight * norm + (1 - weight)
    return sum / norm
  })
}

export type Trend = 'rising' | 'falling' | 'flat'

/**
 * Where a noisy series is heading: the mean of its last fifth against the fifth before, called flat when they differ by less
 * than two standard errors. Null under ten points: too few to say.
 */
export function trendOf(values: readonly number[]): Trend | null {
  const finite = values.filter(Number.isFinite)
  const size = Math.floor(finite.length / 5)
  if (size < 2) return null
  const last = finite.slice(-size)
  const before = finite.slice(-2 * size, -size)
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length
  const [now, then] = [mean(last), mean(before)]
  const variance = (list: readonly number[], at: number) =>
    list.reduce((sum, value) => sum + (value - at) ** 2, 0) / Math.max(1, list.length - 1)
  const error = Math.sqrt((variance(last, now) + variance(before, then)) / size)
  if (Math.abs(now - then) <= 2 * error) return 'flat'
  return now > then ? 'rising' : 'falling'
}
