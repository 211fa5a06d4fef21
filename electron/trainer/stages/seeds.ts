/**
 * Seeds of independent streams from one run seed. A 32-bit hash (murmur3's finaliser over the parts), so that neighbouring
 * seeds and streams share nothing visible, and a stream is named, not numbered by the order in which it happened to be asked for.
 */
export function streamSeed(seed: number, stream: Stream, ...parts: readonly number[]): number {
  let h = 0x9e3779b9 ^ streams.indexOf(stream)
  for (const part of [seed, ...parts]) {
    h = scramble(h ^ (part >>> 0))
    h = scramble((h + Math.floor(part / 0x1_0000_0000)) ^ 0x85ebca6b)
  }
  return h >>> 1 // 31 bits: a non-negative int everywhere
}

const streams = ['order', 'rollouts', 'prefix', 'objective', 'weights'] as const
export type Stream = (typeof streams)[number]

function scramble(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/**
 * The one seed of every test evaluation, whatever the run: the same prompt and answer number meet the same noise in every run
 * and at every step, so that evaluations are compared in pairs.
 */
export const evaluationSeed = 20_251_124
