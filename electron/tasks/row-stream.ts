/**
 * One independent stream of random numbers for each row of a generated set, keyed by numbers (seed, row, ...). A row is the
 * same whatever rows are made beside it, in whatever order, so a set can be made in parts or in parallel.
 *
 * The generator's own seeding takes 32 bits and puts small seeds next to each other, so that first draws from neighbouring
 * seeds are nearly equal; here the whole 128-bit state comes from a mixed hash of the key.
 */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

export interface RowStream {
  /** In [0, 1). */
  uniform(): number
  /** Integer in 0..n-1. */
  below(n: number): number
  /** Index drawn with the given weights (non-negative, not all zero). */
  weighted(weights: readonly number[]): number
}

/** Final mixer of MurmurHash3: every input bit reaches every output bit. */
function mix(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Stream for a key of non-negative integers below 2^53. */
export function rowStream(...key: readonly number[]): RowStream {
  const state = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x71374491].map((start) => {
    let h = start | 0
    for (const part of key) {
      h = mix(h ^ (part | 0)) + 0x9e3779b9
      h = mix(h ^ Math.floor(part / 2 ** 32)) + 0x7f4a7c15
    }
    return mix(h) | 0
  })
  const generator = xoroshiro128plusFromState(state)
  const uniform = () => uniformFloat64(generator)
  return {
    uniform,
    below: (n) => Math.floor(uniform() * n),
    weighted(weights) {
      const total = weights.reduce((sum, w) => sum + w, 0)
      let left = uniform() * total
      for (const [i, w] of weights.entries()) {
        left -= w
        if (left < 0) return i
      }
      return weights.findLastIndex((w) => w > 0)
    },
  }
}

/** 32-bit FNV-1a of a text's UTF-16 units, as part of a key. */
export function textHash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return h >>> 0
}
