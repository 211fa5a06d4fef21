/**
 * What is said of a ceiling, the same in the window, the report and on the command line.
 *   identified, loose   `83.4 [82.9, 84.4]`: the fitted ceiling and its interval
 *   not identifiable    `at least 80.9`: the best score seen; the law's own interval would only lean on the bound of 100
 */
import type { Estimate, Verdict } from './types.ts'

export const verdictWords: Readonly<Record<Verdict, string>> = {
  identified: 'identified',
  loose: 'loose',
  'not-identifiable': 'not identifiable',
}

/** A ceiling as it may be read: an estimate where the data set one, else what was seen. */
export interface StatedCeiling {
  readonly verdict: Verdict
  readonly aPost: Estimate
  /** Best score in percent, collapse and broken evaluations aside. */
  readonly bestSeen: number
}

export const isOpen = ({ verdict }: Pick<StatedCeiling, 'verdict'>): boolean => verdict === 'not-identifiable'

/** The ceiling in percent, one decimal. */
export function ceilingWords(ceiling: StatedCeiling): string {
  if (isOpen(ceiling)) return `at least ${ceiling.bestSeen.toFixed(1)}`
  const { value, lo, hi } = ceiling.aPost
  return `${value.toFixed(1)} [${lo.toFixed(1)}, ${hi.toFixed(1)}]`
}

/** The plasticity in points: the ceiling's words less the start. */
export const plasticityWords = (ceiling: StatedCeiling, pSft: number): string =>
  isOpen(ceiling)
    ? `at least ${Math.max(0, ceiling.bestSeen - pSft).toFixed(1)}`
    : (ceiling.aPost.value - pSft).toFixed(1)

/** An 80 or 90 % interval whose ends may be open: `[62.4, 100)` where nothing below 100 bounds it. */
export const openInterval = ({ lo, hi }: { readonly lo: number | null; readonly hi: number | null }): string =>
  `[${lo === null ? '0.0' : lo.toFixed(1)}, ${hi === null ? '100)' : `${hi.toFixed(1)}]`}`

/** Best score in percent among the points whose step is not excluded. */
export function bestSeenOf(
  points: readonly { readonly step: number; readonly accuracy: { readonly value: number } }[],
  excluded: readonly { readonly step: number }[] = [],
): number {
  const out = new Set(excluded.map(({ step }) => step))
  return 100 * Math.max(0, ...points.filter(({ step }) => !out.has(step)).map(({ accuracy }) => accuracy.value))
}
