/** Lengths of answers, the same on both sides of a bench: a model with fresh weights would never stop by itself. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'

export const longestAnswer = 384

/** Lognormal as answers are: mean 96 tokens, none above `longestAnswer`. */
export function lognormalLengths(answers: number): number[] {
  const generator = xoroshiro128plus(7)
  const normal = () =>
    Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator))) * Math.cos(2 * Math.PI * uniformFloat64(generator))
  const spread = 0.8
  return Array.from({ length: answers }, () =>
    Math.max(1, Math.min(longestAnswer, Math.round(96 * Math.exp(spread * normal() - spread ** 2 / 2)))),
  )
}
