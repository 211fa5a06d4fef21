/**
 * Sampling noise without a generator's state: one uniform number for each (seed, prompt, answer, position), by hashing.
 * A resumed or re-batched run draws the same numbers, whatever was drawn before.
 */

/** Uniform in [0, 1), a multiple of 2^-24 (all that float32 holds evenly). */
export function uniform(seed: number, prompt: number, answer: number, position: number): number {
  let hash = 0
  for (const word of [seed, seed / 2 ** 32, prompt, prompt / 2 ** 32, answer, position])
    hash = absorb(hash, Math.floor(word))
  return (finish(hash) >>> 8) / 2 ** 24
}

// MurmurHash3 (x86, 32 bit): its block step and its finisher.
function absorb(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  const mixed = hash ^ Math.imul(k, 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let h = hash ^ 24
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
