/**
 * DAPO's soft punishment of overlong answers, added to the reward:
 *   0 up to L_max - L_cache;  ((L_max - L_cache) - |y|) / L_cache beyond, -1 at L_max and after;  times a factor
 * Source  DAPO (arXiv 2503.14476) eq. 13. verl's code has no floor at -1, for no answer is longer than L_max there.
 */
export interface OverlongLimit {
  readonly lMax: number
  /** Tokens before the limit over which the penalty grows; 0: no penalty. */
  readonly lCache: number
  readonly factor: number
}

export function overlongPenalty(length: number, { lMax, lCache, factor }: OverlongLimit): number {
  if (lCache <= 0 || length <= lMax - lCache) return 0
  return Math.max(-1, (lMax - lCache - length) / lCache) * factor
}
