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

export class DataOrder {
  readonly #rows: number
  #cached: { seed: number; epoch: number; order: Uint32Array } | undefined

  /** `rows`: how many rows there are (at least 1). */
  constructor(rows: number) {
    this.#rows = rows
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
    const order = permutation(this.#rows, streamSeed(seed, 'order', epoch))
    this.#cached = { seed, epoch, order }
    return order
  }
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
