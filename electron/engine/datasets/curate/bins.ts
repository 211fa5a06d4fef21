/** Bin edges for a scorer: one bin a value where values are few and evenly spaced, else even bins with round edges. */
export interface BinnedScorer {
  readonly integer: boolean
  readonly min: number | null
  readonly max: number | null
  /** Tries of a pass rate of k in n: its values are k/n. */
  readonly tries: number | null
}

const mostValues = 200

/**
 * One more edge than bins; [] where the scorer has no values. `bins` is a wish: round edges may make a few more or fewer. They hold
 * every value to within a billionth of a bin, which is what `binSql` forgives.
 */
export function binEdges({ integer, min, max, tries }: BinnedScorer, bins: number): number[] {
  if (min === null || max === null) return []
  const denominator = tries ?? (integer ? 1 : null)
  if (denominator !== null) {
    const [first, last] = [Math.round(min * denominator), Math.round(max * denominator)]
    if (last - first < Math.max(bins, tries === null ? Math.min(mostValues, 2 * bins) : mostValues))
      return range(first, last + 1).map((k) => (k - 0.5) / denominator)
  }
  if (min === max) return [min - 0.5, min + 0.5]
  const step = integer ? Math.max(1, niceStep((max - min) / bins)) : niceStep((max - min) / bins)
  const first = Math.floor(min / step)
  // The last bin holds the greatest value: edges end above it.
  const last = Math.floor(max / step) + 1
  return range(first, last).map((k) => round(k * step))
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** 1, 2, 2.5 or 5 times a power of ten, the nearest at or above. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10
  return step * power
}

/** 0.30000000000000004 as 0.3. */
const round = (x: number) => Number(x.toPrecision(12))

/** SQL of the bin number, from 0, of a value within the edges. The edges are evenly spaced. */
export function binSql(value: string, edges: readonly number[]): string {
  const [first, last] = [edges[0]!, edges.at(-1)!]
  const bins = edges.length - 1
  return `least(${bins - 1}, greatest(0, floor((${value} - (${first}::DOUBLE)) / (${(last - first) / bins}::DOUBLE) + 1e-9)))::INTEGER`
}
