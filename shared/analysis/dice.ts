/** Seeded random numbers for resampling: the same seed gives the same draws on every machine. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Dice {
  /** In [0, 1). */
  uniform(): number
  /** Integer in 0..n-1. */
  below(n: number): number
  /** Standard normal. */
  normal(): number
}

/**
 * A stream for a seed. xoroshiro128+ fills little of its state from a seed, so that seeds 1, 2, 3 … start alike: the seed
 * is scrambled first (murmur3's finaliser) and the first values are thrown away.
 */
export function diceFor(seed: number): Dice {
  const generator = xoroshiro128plus(scrambled(seed))
  for (let k = 0; k < 16; k++) generator.next()
  let spare: number | null = null
  const uniform = () => uniformFloat64(generator)
  return {
    uniform,
    below: (n) => Math.min(n - 1, Math.floor(uniform() * n)),
    normal() {
      if (spare !== null) {
        const value = spare
        spare = null
        return value
      }
      // Box-Muller: two normals for two uniforms.
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
      const angle = 2 * Math.PI * uniform()
      spare = radius * Math.sin(angle)
      return radius * Math.cos(angle)
    },
  }
}

function scrambled(seed: number): number {
  let h = seed | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}

/** Shuffles in place (Fisher-Yates). */
export function shuffle<T>(values: T[], dice: Dice): T[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = dice.below(i + 1)
    const kept = values[i]!
    values[i] = values[j]!
    values[j] = kept
  }
  return values
}
