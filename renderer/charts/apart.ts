/**
 * Values moved as little as they must so that neighbours stand at least `gap` apart and none above `most`: where names go that
 * would touch. Keeps the order of the values. Pure.
 */
export function apart(values: readonly number[], gap: number, most: number): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!)
  const placed = [...values]
  let above = most + gap
  for (const i of order) above = placed[i] = Math.min(placed[i]!, above - gap)
  return placed
}
