/**
 * Near-duplicate prompts by MinHash and locality-sensitive hashing, verified exactly. Prompts are taken in order; one is a
 * near-duplicate when its set of word 5-grams has a Jaccard similarity of at least the threshold with a prompt that was kept
 * before it. So no chain of small changes carries a prompt away: whatever goes resembles something that stays.
 *
 *   J(A, B) = |A ∩ B| / |A ∪ B|        P(candidate) = 1 - (1 - J^r)^b     with b bands of r of the 64 MinHash values
 *
 * Source  Broder 1997; Leskovec et al., Mining of Massive Datasets, chapter 3; 5-grams and 0.7 as Data-Juicer's default.
 * b and r are chosen so that a pair at the threshold becomes a candidate with probability 0.99 or more.
 */
import { gramHashes, mix, wordsOf } from './words.ts'

export const gramWords = 5
const values = 64
const leastRecall = 0.99

/** Rows a band and bands for a threshold: the most rows (fewest false candidates) that still find 99 % at the threshold. */
export function bandsFor(threshold: number): { rows: number; bands: number } {
  for (let rows = 16; rows > 1; rows--) {
    const bands = Math.floor(values / rows)
    if (1 - (1 - threshold ** rows) ** bands >= leastRecall) return { rows, bands }
  }
  return { rows: 1, bands: values }
}

export interface NearDuplicateFinder {
  /** Takes the next prompt; the index of the kept prompt that it resembles, or -1: then it is kept. */
  add(prompt: string): number
}

/** `capacity`: how many prompts will come at most. Memory: about 4 bytes for each band and prompt, 4 for each 5-gram kept. */
export function nearDuplicateFinder(threshold: number, capacity: number): NearDuplicateFinder {
  const { rows, bands } = bandsFor(threshold)
  const slots = 1 << Math.max(8, Math.ceil(Math.log2(Math.max(1, capacity))))
  // Chained hash tables, one a band, in typed arrays: last kept prompt of a slot, and the one before each.
  const heads = Array.from({ length: bands }, () => new Int32Array(slots).fill(-1))
  const earlier = Array.from({ length: bands }, () => new Int32Array(capacity))
  const kept: (Uint32Array | undefined)[] = []
  const signature = new Uint32Array(values)
  const seen = new Int32Array(capacity).fill(-1) // by whom a candidate was looked at last
  let count = 0

  const sign = (grams: Uint32Array) => {
    signature.fill(0xffffffff)
    for (const gram of grams)
      for (let v = 0; v < values; v++) {
        const h = mix(gram ^ seeds[v]!) >>> 0
        if (h < signature[v]!) signature[v] = h
      }
  }
  const slotOf = (band: number): number => {
    let h = band
    for (let v = band * rows; v < (band + 1) * rows; v++) h = (mix(h ^ signature[v]!) + 0x9e3779b9) | 0
    return (h >>> 0) & (slots - 1)
  }

  return {
    add(prompt) {
      const self = count++
      const grams = sortedSet(gramHashes(wordsOf(prompt), gramWords))
      if (grams.length === 0) return -1
      sign(grams)
      for (let band = 0; band < bands; band++) {
        for (let other = heads[band]![slotOf(band)]!; other >= 0; other = earlier[band]![other]!) {
          if (seen[other] === self) continue
          seen[other] = self
          if (jaccard(grams, kept[other]!) >= threshold) return other
        }
      }
      kept[self] = grams
      for (let band = 0; band < bands; band++) {
        const slot = slotOf(band)
        earlier[band]![self] = heads[band]![slot]!
        heads[band]![slot] = self
      }
      return -1
    },
  }
}

const seeds = Int32Array.from({ length: values }, (_, v) => mix(Math.imul(v + 1, 0x9e3779b9)))

function sortedSet(grams: Uint32Array): Uint32Array {
  const sorted = grams.slice().sort()
  let n = 0
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[n++] = sorted[i]!
  return sorted.slice(0, n)
}

/** Of two sorted sets. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let common = 0
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      common++
      i++
      j++
    } else if (a[i]! < b[j]!) i++
    else j++
  }
  const union = a.length + b.length - common
  return union === 0 ? 0 : common / union
}
