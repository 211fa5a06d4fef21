/**
 * The order in which a stage sees its rows: a fresh seeded permutation each epoch. The whole state is (seed, epoch, position),
 * so a checkpoint holds three integers and a resumed run goes on with the very next row. A batch may span two epochs.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import * as z from 'zod'
import { streamSeed } from '../seeds.ts'

export const OrderState = z.strictObject({
  seed: z.int().nonnegative(),
  epoch: z.int().nonnegative(),
  /** Rows of this epoch already taken. */
  position: z.int().nonnegative(),
})
export type OrderState = z.infer<typeof OrderState>

export interface Drawn {
  /** Row indices, in order. */
  readonly rows: readonly number[]
  /** Number of each draw since the stage began (epoch x rows + position): unique for ever, so sampling noise is keyed by it. */
  readonly draws: readonly number[]
  readonly next: OrderState
}

export interface Grouping {
  /** Length of each row (tokens). */
  readonly lengths: readonly number[]
  /** Rows of a batch. */
  readonly batch: number
  /** Batches among which rows are sorted. */
  readonly window: number
}

export class DataOrder {
  readonly #rows: number
  readonly #grouping: Grouping | undefined
  #cached: { seed: number; epoch: number; order: Uint32Array } | undefined

  /**
   * `rows`: how many rows there are (at least 1). With `grouping`, rows of a window of batches are sorted by length, so that a
   * batch holds rows of about one length and little padding; the batches of a window come in a drawn order.
   */
  constructor(rows: number, grouping?: Grouping) {
    this.#rows = rows
    this.#grouping = grouping
  }

  static start(seed: number): OrderState {
    return { seed: streamSeed(seed, 'order'), epoch: 0, position: 0 }
  }

  /** The next `count` rows after `state`. Pure: the same state gives the same rows. */
  draw(state: OrderState, count: number): Drawn {
    const rows: number[] = []
    const draws: number[] = []
    let { epoch, position } = state
    while (rows.length < count) {
      if (position >= this.#rows) {
        epoch += 1
        position = 0
      }
      rows.push(this.#order(state.seed, epoch)[position]!)
      draws.push(epoch * this.#rows + position)
      position += 1
    }
    return { rows, draws, next: { seed: state.seed, epoch, position } }
  }

  /** Passes over the data so far, with the part of the current one. */
  epochs({ epoch, position }: OrderState): number {
    return epoch + position / this.#rows
  }

  #order(seed: number, epoch: number): Uint32Array {
    if (this.#cached?.seed === seed && this.#cached.epoch === epoch) return this.#cached.order
    const shuffled = permutation(this.#rows, streamSeed(seed, 'order', epoch))
    const order = this.#grouping ? grouped(shuffled, this.#grouping, epoch, seed) : shuffled
    this.#cached = { seed, epoch, order }
    return order
  }
}

/**
 * The rows of each window sorted by length, cut at the places where batches begin (batches run on over the ends of epochs, so an
 * epoch may begin in the middle of one), and those batches shuffled. The first and last batch of an epoch, which may be parts of
 * one, stay where they are.
 */
function grouped(order: Uint32Array, { lengths, batch, window }: Grouping, epoch: number, seed: number): Uint32Array {
  const out: number[] = []
  const first = (batch - ((epoch * order.length) % batch)) % batch
  out.push(...order.subarray(0, first))
  for (let from = first; from < order.length; from += batch * window) {
    const rows = [...order.subarray(from, from + batch * window)].sort((a, b) => lengths[a]! - lengths[b]! || a - b)
    const whole = Math.floor(rows.length / batch)
    for (const b of permutation(whole, streamSeed(seed, 'order', epoch, from))) out.push(...rows.slice(b * batch, (b + 1) * batch))
    out.push(...rows.slice(whole * batch))
  }
  return Uint32Array.from(out)
}

/** Fisher-Yates over 0..n-1. */
export function permutation(n: number, seed: number): Uint32Array {
  const dice = xoroshiro128plus(seed)
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  for (let i = n - 1; i > 0; i--) {
    const j = uniformInt(dice, 0, i)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}
