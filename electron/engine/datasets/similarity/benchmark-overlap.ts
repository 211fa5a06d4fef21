/**
 * Which prompts share words with a benchmark: any run of eight words in common, as open-r1's and s1's decontamination have
 * it (lower case, white space collapsed). A prompt of fewer than eight words has no such run and is never held against
 * anyone; that is said, not hidden. Runs are compared by 52 bits of hash and then as text.
 */
import { gramHashes, wordsOf } from './words.ts'

export const overlapWords = 8

export interface BenchmarkIndex {
  add(prompt: string): void
  /** The first run of words that a benchmark holds too, as it reads in lower case; null where there is none. */
  overlap(prompt: string): string | null
  /** Benchmark prompts shorter than eight words: nothing can be compared with them. */
  readonly tooShort: number
}

export function benchmarkIndex(): BenchmarkIndex {
  const texts = new Map<number, string>()
  let tooShort = 0
  const keysOf = (words: readonly string[]): Float64Array => {
    const [low, high] = [gramHashes(words, overlapWords), gramHashes(words, overlapWords, 0x5bd1e995)]
    return Float64Array.from(low, (word, i) => (high[i]! & 0xfffff) * 2 ** 32 + word)
  }
  const runAt = (words: readonly string[], i: number) => words.slice(i, i + overlapWords).join(' ')
  return {
    add(prompt) {
      const words = wordsOf(prompt)
      if (words.length < overlapWords) {
        tooShort++
        return
      }
      keysOf(words).forEach((key, i) => texts.set(key, runAt(words, i)))
    },
    overlap(prompt) {
      const words = wordsOf(prompt)
      if (words.length < overlapWords) return null
      const keys = keysOf(words)
      for (let i = 0; i < keys.length; i++) {
        const known = texts.get(keys[i]!)
        if (known !== undefined && known === runAt(words, i)) return known
      }
      return null
    },
    get tooShort() {
      return tooShort
    },
  }
}
