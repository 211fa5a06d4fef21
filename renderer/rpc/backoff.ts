/** Milliseconds to wait before the nth attempt (1, 2, …): quick at first, for the engine is usually back in a second. */
export const backoff = (attempt: number): number => Math.min(5000, 150 * 2 ** Math.max(0, attempt - 1))
