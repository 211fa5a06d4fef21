/** Between bins of a histogram and an inclusive range of its scorer. Pure. */
import type { Histogram } from '#shared/contract/datasets.ts'

export type Range = readonly [number | null, number | null]
/** First and last bin, both inside. */
export type Bins = readonly [number, number]

type Edges = Pick<Histogram, 'edges'>['edges']

/** Smallest and largest value a bin holds; for integers both are values that occur. */
function valuesOf(edges: Edges, bin: number, integer: boolean): readonly [number, number] {
  const from = edges[bin] ?? 0
  const to = edges[bin + 1] ?? from
  return integer ? [Math.ceil(from), Math.ceil(to) - 1] : [from, to]
}

/** The range that keeps exactly these bins; an end that touches the pool's end is open. */
export function rangeOfBins(edges: Edges, [first, last]: Bins, integer: boolean): Range {
  const bins = edges.length - 1
  return [
    first <= 0 ? null : valuesOf(edges, first, integer)[0],
    last >= bins - 1 ? null : valuesOf(edges, last, integer)[1],
  ]
}

/** The bins that a range touches. */
export function binsOfRange(edges: Edges, [from, to]: Range, integer: boolean): Bins {
  const bins = edges.length - 1
  let first = 0
  let last = bins - 1
  if (from !== null)
    while (
      first < bins - 1 &&
      (integer ? valuesOf(edges, first, true)[1] < from : valuesOf(edges, first, false)[1] <= from)
    )
      first++
  if (to !== null)
    while (last > 0 && (integer ? valuesOf(edges, last, true)[0] > to : valuesOf(edges, last, false)[0] >= to)) last--
  return [Math.min(first, last), Math.max(first, last)]
}
