/** What the palette finds: entries whose words hold every typed word, the closest first. Pure. */
export interface PaletteEntry {
  readonly id: string
  readonly group: string
  readonly title: string
  /** Grey, after the title. */
  readonly hint?: string
  /** Words that find it without being shown. */
  readonly also?: string
  readonly keys?: string
  readonly disabled?: boolean
}

/** 0: no match. A word scores by where it stands: whole title, start of it, start of a word, inside, only in `also` or `hint`. */
function wordScore(word: string, title: string, rest: string): number {
  if (title === word) return 100
  if (title.startsWith(word)) return 80
  const at = title.indexOf(word)
  if (at > 0) return /[\s\-_/.(→]/.test(title[at - 1] ?? '') ? 60 : 35
  if (rest.includes(word)) return 20
  return isSubsequence(word, title) ? 8 : 0
}

function isSubsequence(word: string, text: string): boolean {
  let at = 0
  for (const letter of text) if (letter === word[at]) at++
  return word.length > 1 && at === word.length
}

export function searchPalette<E extends PaletteEntry>(entries: readonly E[], query: string, limit = 60): readonly E[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return entries.slice(0, limit)
  return entries
    .map((entry, order) => {
      const title = entry.title.toLowerCase()
      const rest = `${entry.hint ?? ''} ${entry.also ?? ''} ${entry.group} ${entry.id}`.toLowerCase()
      const scores = words.map((word) => wordScore(word, title, rest))
      const score = scores.some((one) => one === 0) ? 0 : scores.reduce((sum, one) => sum + one, 0)
      return { entry, order, score: score - (entry.disabled ? 5 : 0) }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .slice(0, limit)
    .map(({ entry }) => entry)
}
