/**
 * From benchmark scores to one number: the mean over all problems, so benchmarks weigh by their size.
 * Source  Ding et al., section 5.1 and the released kit (groups: easy GSM8K + MATH, medium Minerva + OlympiadBench,
 *         hard AIME24 + AIME25). All in percent.
 */
import type { CurvePoint } from './types.ts'

export type BenchmarkSizes = Readonly<Record<string, number>>

/** The paper's groups under the names of the public curve file; any other grouping works the same. */
export const paperGroups: Readonly<Record<string, readonly string[]>> = {
  easy: ['gsm8k', 'math'],
  medium: ['minerva', 'olympiad_bench'],
  hard: ['aime', 'aime25'],
}

export const groupNames = Object.keys(paperGroups)

/**
 * Size-weighted mean of the scores of `names` (all of `sizes` by default). Null if any of them is missing: a mean over
 * fewer benchmarks would be another quantity under the same name.
 */
export function weightedScore(
  scores: Readonly<Record<string, number>>,
  sizes: BenchmarkSizes,
  names: readonly string[] = Object.keys(sizes),
): number | null {
  let [sum, problems] = [0, 0]
  for (const name of names) {
    const [score, size] = [scores[name], sizes[name]]
    if (score === undefined || size === undefined) return null
    sum += score * size
    problems += size
  }
  return problems > 0 ? sum / problems : null
}

/** The overall score of a point: as its file gives it, else computed from the benchmarks. */
export const overallScore = (point: CurvePoint, sizes: BenchmarkSizes): number | null =>
  point.overall ?? weightedScore(point.scores, sizes)

/** `overall`, a benchmark of the file, or one of the groups. */
export function scoreOf(
  point: CurvePoint,
  metric: string,
  sizes: BenchmarkSizes,
  groups: Readonly<Record<string, readonly string[]>> = paperGroups,
): number | null {
  if (metric === 'overall') return overallScore(point, sizes)
  const group = groups[metric]
  return point.scores[metric] ?? (group ? weightedScore(point.scores, sizes, group) : null)
}

/**
 * Share of the binomial SD that repeated evaluations show, problems being unequally hard: on fixed problems each adds
 * p (1 - p) with its own p, less than with everyone's mean. (Half easy, half hard problems give 0.5 to 0.8.)
 */
const unequalProblems = 0.6

/**
 * Noise SD that an evaluation of these benchmarks should have, in points; null where scores or sizes are missing.
 *   SD = 0.6 √(Σ n_b p_b (1 - p_b)) / Σ n_b
 */
export function expectedNoise(point: CurvePoint, sizes: BenchmarkSizes): number | null {
  let [variance, problems] = [0, 0]
  for (const [name, size] of Object.entries(sizes)) {
    const score = point.scores[name]
    if (score === undefined) return null
    variance += size * (score / 100) * (1 - score / 100)
    problems += size
  }
  return problems > 0 ? (100 * unequalProblems * Math.sqrt(variance)) / problems : null
}

/** The same of shares in 0..1, as a share; null where scores or sizes are missing. */
export function expectedNoiseOfShares(scores: Readonly<Record<string, number>>, sizes: BenchmarkSizes): number | null {
  const percents = Object.fromEntries(Object.entries(scores).map(([name, share]) => [name, 100 * share]))
  const sd = expectedNoise({ flops: 0, step: null, scores: percents, overall: null, valLoss: null }, sizes)
  return sd === null ? null : sd / 100
}
