/**
 * Group-relative advantages, on plain numbers.
 *   A_i = R_i - mean_g            or  (R_i - mean_g) / (sd_g + eps),  sd with ddof = 1
 * Source  GRPO (arXiv 2402.03300) section 4.1; verl's and TRL's conventions (eps 1e-6 and 1e-4).
 */
export interface AdvantageSettings {
  readonly std: boolean
  readonly eps: number
}

/**
 * Advantages [rows] of one group. `baseline` marks the rows whose rewards define mean and SD (default: all). A baseline of
 * one row has mean 0 and SD 1, so that a lone row keeps its reward; equal rewards give 0.
 */
export function groupAdvantages(
  rewards: readonly number[],
  { std, eps }: AdvantageSettings,
  baseline: readonly boolean[] = rewards.map(() => true),
): number[] {
  const known = rewards.filter((_, i) => baseline[i])
  const n = known.length
  const mean = n > 1 ? sum(known) / n : 0
  const sd = n > 1 ? Math.sqrt(sum(known.map((r) => (r - mean) ** 2)) / (n - 1)) : 1
  // Equal rewards: their mean may differ from them in the last bit, and eps would not hide that once SD divides.
  const flat = n > 1 && rewards.every((r) => r === rewards[0])
  return rewards.map((r) => (flat ? 0 : std ? (r - mean) / (sd + eps) : r - mean))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
