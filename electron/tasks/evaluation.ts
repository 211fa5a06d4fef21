/**
 * Estimators of an evaluation with several answers a prompt. n answers, c of them right.
 *   avg@k             mean over prompts of c / k
 *   pass@k, unbiased  mean over prompts of 1 - C(n-c, k) / C(n, k) = 1 - Π_{i = n-c+1..n} (1 - k / i);  1 where n - c < k
 * Source  Chen et al. 2021 (arXiv 2107.03374) for pass@k. Vectors `avg_at_k`, `pass_at_k`. Intervals are shared/analysis'.
 */

/** Probability that at least one of k answers drawn without repeat from n is right. Throws `RangeError` unless 0 <= c <= n, 1 <= k <= n. */
export function passAtK(n: number, c: number, k: number): number {
  if (!(Number.isInteger(n) && Number.isInteger(c) && Number.isInteger(k) && c >= 0 && c <= n && k >= 1 && k <= n))
    throw new RangeError(`pass@k needs whole numbers 0 <= c <= n and 1 <= k <= n; got n = ${n}, c = ${c}, k = ${k}`)
  if (n - c < k) return 1
  let none = 1
  for (let i = n - c + 1; i <= n; i++) none *= 1 - k / i
  return 1 - none
}

export interface PromptMean {
  /** Mean over prompts. */
  readonly value: number
  /** Standard error over prompts (ddof 1); NaN for fewer than two. */
  readonly standardError: number
  readonly prompts: number
}

/** avg@k from the right answers of each prompt, k answers each. */
export const averageAtK = (correct: readonly number[], k: number): PromptMean => promptMean(correct.map((c) => c / k))

/** Unbiased pass@k from the right answers of each prompt, n answers each. */
export const meanPassAtK = (correct: readonly number[], n: number, k: number): PromptMean =>
  promptMean(correct.map((c) => passAtK(n, c, k)))

function promptMean(values: readonly number[]): PromptMean {
  const n = values.length
  const value = n === 0 ? Number.NaN : values.reduce((sum, x) => sum + x, 0) / n
  const variance = values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1)
  return { value, standardError: n < 2 ? Number.NaN : Math.sqrt(variance / n), prompts: n }
}

/** A benchmark's result within a suite. */
export interface BenchmarkScore {
  readonly benchmark: string
  readonly value: number
  /** Its problems after de-duplication: the weight. */
  readonly problems: number
}

/** The paper's overall score: the mean over all problems, so a benchmark weighs as many problems as it has. */
export function overallScore(scores: readonly BenchmarkScore[]): number {
  const problems = scores.reduce((sum, score) => sum + score.problems, 0)
  return scores.reduce((sum, score) => sum + score.value * score.problems, 0) / problems
}
