/**
 * Unbiased pass@k from several answers a prompt, with its interval. n answers, c of them right.
 *   pass@k = mean over prompts of v_i,  v_i = 1 - C(n-c, k) / C(n, k) = 1 - Π_{i = n-c+1..n} (1 - k / i);  1 where n - c < k
 * Interval  by prompt: v_i are independent between prompts, so their own spread is the variance of the mean, whatever goes on
 *           among the answers to one prompt (the delta method with prompts as clusters; it is exact here, the mean being linear in
 *           v_i). Student's t over prompts; Wilson where every v_i is 0 or 1 (k = n), and where all are equal.
 * Source  Chen et al. 2021 (arXiv 2107.03374), eq. 1; Miller 2024, section 2.2, for clustered errors. Vectors `pass_at_k`.
 */
import { meanInterval, type PromptOutcome } from './accuracy.ts'
import type { AccuracyInterval } from './types.ts'

/** Probability that at least one of k answers drawn without repeat from n is right. Throws `RangeError` unless 0 <= c <= n, 1 <= k <= n. */
export function passAtK(n: number, c: number, k: number): number {
  if (!(Number.isInteger(n) && Number.isInteger(c) && Number.isInteger(k) && c >= 0 && c <= n && k >= 1 && k <= n))
    throw new RangeError(`pass@k needs whole numbers 0 <= c <= n and 1 <= k <= n; got n = ${n}, c = ${c}, k = ${k}`)
  if (n - c < k) return 1
  let none = 1
  for (let i = n - c + 1; i <= n; i++) none *= 1 - k / i
  return 1 - none
}

/** Mean over prompts with its interval. Throws `input.empty` without prompts, `RangeError` where a prompt has fewer than k answers. */
export const passAtKInterval = (outcomes: readonly PromptOutcome[], k: number, level = 0.95): AccuracyInterval =>
  meanInterval(
    outcomes.map(({ answers, correct }) => passAtK(answers, correct, k)),
    level,
  )

/** The k that are reported for so many answers a prompt: 1, 2, 4, ... and all of them. */
export function reportedK(answers: number): number[] {
  const all: number[] = []
  for (let k = 1; k < answers; k *= 2) all.push(k)
  return [...all, answers]
}
