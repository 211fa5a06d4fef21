/**
 * A mini-batch cut into parts of about one length, each padded to its own width only. Weights of tokens are fixed before the cut
 * (objectives/aggregation.ts), so the sum over the parts is the whole mini-batch's loss, and its gradients the whole's.
 */
import type { InputKind, TrainBatch } from '../../policy.ts'

/** What a part costs besides its positions, in positions: one more call of the graph, 2 ms against 28 us a position (lab-0.3m). */
const callCost = 70
const mostParts = 6

/**
 * Row numbers of the parts: rows by length, cut where that saves most. Cost of a part: rows x width + partCost; the cheapest cut
 * into at most six parts, found exactly.
 */
export function lengthParts(lengths: ArrayLike<number>, partCost = callCost): number[][] {
  const rows = Array.from(lengths, (_, row) => row).sort((a, b) => lengths[a]! - lengths[b]! || a - b)
  const n = rows.length
  // A cut lies between two different lengths, never within one.
  const ends = rows.flatMap((row, i) => (i === n - 1 || lengths[rows[i + 1]!] !== lengths[row] ? [i + 1] : []))
  interface Cut {
    readonly cost: number
    readonly ends: readonly number[]
  }
  let best: Map<number, Cut> = new Map([[0, { cost: 0, ends: [] }]])
  let cheapest: Cut = { cost: Infinity, ends: [n] }
  for (let parts = 1; parts <= mostParts; parts++) {
    const next = new Map<number, Cut>()
    for (const [from, { cost, ends: before }] of best)
      for (const end of ends) {
        if (end <= from) continue
        const total = cost + (end - from) * lengths[rows[end - 1]!]! + partCost
        if (total < (next.get(end)?.cost ?? Infinity)) next.set(end, { cost: total, ends: [...before, end] })
      }
    best = next
    const whole = next.get(n)
    if (whole && whole.cost < cheapest.cost) cheapest = whole
  }
  return cheapest.ends.map((end, p) => rows.slice(cheapest.ends[p - 1] ?? 0, end))
}

/** A mini-batch as parts of about one length, none of more than `mostPositions` (rows x width) unless it is a single row. */
export function inParts(
  batch: TrainBatch,
  kinds: Readonly<Record<string, InputKind>>,
  mostPositions = Number.POSITIVE_INFINITY,
): TrainBatch[] {
  const parts = lengthParts(batch.lengths).flatMap((rows) => withinPositions(rows, batch.lengths, mostPositions))
  return parts.length === 1 ? [batch] : parts.map((rows) => partOf(batch, rows, kinds))
}

/** Rows by length, cut where a part would become too large. */
function withinPositions(rows: readonly number[], lengths: ArrayLike<number>, most: number): number[][] {
  const width = Math.max(2, ...rows.map((row) => lengths[row]!))
  const size = Math.max(1, Math.floor(most / width))
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size))
}

/** Those rows of a batch, cut to the longest of them. Scalars stay as they are: they must not depend on the rows. */
export function partOf(
  batch: TrainBatch,
  rows: readonly number[],
  kinds: Readonly<Record<string, InputKind>>,
): TrainBatch {
  const width = Math.max(2, ...rows.map((row) => batch.lengths[row]!))
  const pick = <A extends Int32Array | Float32Array>(values: A, from: number, to: number, out: A): A => {
    rows.forEach((row, b) => out.set(values.subarray(row * from, row * from + to), b * to))
    return out
  }
  const inputOf = (values: Float32Array, kind: InputKind) => {
    if (kind === 'scalar') return values
    const [from, to] = kind === 'token' ? [batch.width - 1, width - 1] : [1, 1]
    return pick(values, from, to, new Float32Array(rows.length * to))
  }
  return {
    rows: rows.length,
    width,
    tokens: pick(batch.tokens, batch.width, width, new Int32Array(rows.length * width)),
    lengths: pick(batch.lengths, 1, 1, new Int32Array(rows.length)),
    inputs: Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, inputOf(batch.inputs[name]!, kind)])),
  }
}
