/**
 * Prompts as sequences of hashed words, for near-duplicates and overlap with benchmarks. Words are what stands between white
 * space, in lower case; in scripts without spaces every character is one. The hash is our own and fixed: results are stored.
 */

const spaceless = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u
const pieces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu

export function wordsOf(text: string): string[] {
  const lower = text.normalize('NFC').toLowerCase()
  return spaceless.test(lower) ? (lower.match(pieces) ?? []) : lower.split(/\s+/).filter((word) => word !== '')
}

/** MurmurHash3's 32-bit finaliser. */
export function mix(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** FNV-1a over UTF-16 units, then mixed. */
export function wordHash(word: string, start: number): number {
  let h = 0x811c9dc5 ^ start
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193)
  return mix(h)
}

/** Hashes (unsigned, 32 bits) of every run of `n` words; a shorter text is one run. [] for a text without words. */
export function gramHashes(words: readonly string[], n: number, start = 0): Uint32Array {
  if (words.length === 0) return new Uint32Array(0)
  const hashes = words.map((word) => wordHash(word, start))
  const size = Math.min(n, words.length)
  const grams = new Uint32Array(words.length - size + 1)
  for (let i = 0; i < grams.length; i++) {
    let h = size
    for (let j = i; j < i + size; j++) h = (mix(h ^ hashes[j]!) + 0x9e3779b9) | 0
    grams[i] = h >>> 0
  }
  return grams
}
