/**
 * Who is drawn, and who lands in which split, as a fixed function of (seed, row) and (seed, prompt): stored subsets must come
 * out the same in every version, so no library's hash is asked. Each key is two rounds of MurmurHash3's 32-bit finaliser
 * under words made from the seed; both rounds are bijections of 32 bits, so rows never tie. Written twice, in TypeScript and
 * in SQL (on UBIGINT, where a product of two 32-bit words cannot overflow); a test holds them together.
 *
 *   key(x) = mix(mix(x ^ a) + b mod 2^32)        a, b = words of (seed, purpose)
 */
export type Purpose = 'draw' | 'split'

const salts: Readonly<Record<Purpose, number>> = { draw: 0x6a09e667, split: 0xbb67ae85 }

function mix(word: number): number {
  let h = word >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0
  return (h ^ (h >>> 16)) >>> 0
}

/** The two words of a seed (an integer below 2^53). */
export function seedWords(seed: number, purpose: Purpose): readonly [number, number] {
  const low = seed >>> 0
  const high = Math.floor(seed / 2 ** 32) >>> 0
  const a = mix(low ^ mix(high ^ salts[purpose]))
  return [a, mix(a ^ 0x9e3779b9)]
}

/** 32 bits for a row number or another 32-bit word. */
export function keyOf(word: number, seed: number, purpose: Purpose): number {
  const [a, b] = seedWords(seed, purpose)
  return mix((mix((word ^ a) >>> 0) + b) >>> 0)
}

const mask = '4294967295::UBIGINT'

/**
 * SQL: `relation` with a column `key` (UBIGINT) made from the 32-bit unsigned expression `word`. In layers, for an expression
 * named twice is evaluated twice.
 */
export function withKey(relation: string, word: string, seed: number, purpose: Purpose): string {
  const [a, b] = seedWords(seed, purpose)
  const layers = [`xor((${word})::UBIGINT, ${a}::UBIGINT)`, ...rounds, `(key + ${b}::UBIGINT) & ${mask}`, ...rounds]
  return layers.reduce(
    (inner, layer, i) => `SELECT ${i === 0 ? '*' : '* EXCLUDE (key)'}, ${layer} AS key FROM (${inner})`,
    relation,
  )
}

const rounds = [
  `(xor(key, key >> 16) * 2246822507::UBIGINT) & ${mask}`,
  `(xor(key, key >> 13) * 3266489909::UBIGINT) & ${mask}`,
  `xor(key, key >> 16)`,
]

/** A prompt's 64-bit hash as one 32-bit word. */
export const promptWordSql = `xor(prompt_hash >> 32, prompt_hash & ${mask})`
