/**
 * Accuracies with intervals, as shares in 0..1 (multiply by 100 for scores). One row a prompt: how many of its
 * sampled answers were right.
 * Sources  Wilson (1927) for one answer a prompt; cluster-robust variance by prompt otherwise (answers to one prompt
 *          are alike, so n prompts x k answers are not n k independent trials); Miller (2024), "Adding error bars to
 *          evals", for both uses.
 */
import { Failure } from '#shared/contract/failure.ts'
import { centralZ, studentQuantile } from './distributions.ts'
import { mean, standardDeviation } from './order-statistics.ts'
import type { AccuracyInterval } from './types.ts'

export interface PromptOutcome {
  readonly correct: number
  readonly answers: number
}

/** Wilson's interval of `correct` in `n`. Throws `input.empty` for n = 0, `input.invalid` for impossible counts. */
export function wilsonInterval(correct: number, n: number, level = 0.95): AccuracyInterval {
  if (n === 0) throw noPrompts()
  if (!(correct >= 0 && correct <= n)) {
    throw new Failure({
      code: 'input.invalid',
      message: 'Right answers must be between 0 and the number of prompts.',
      input: `${correct} of ${n}`,
      remedy: 'Count each prompt once.',
    })
  }
  const z = centralZ(level)
  const p = correct / n
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n)
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  // At 0 and n Wilson's end is exactly the value; rounding must not put it a hair beyond.
  const lo = correct === 0 ? 0 : Math.max(0, centre - half)
  const hi = correct === n ? 1 : Math.min(1, centre + half)
  return { value: p, lo, hi, n, level, method: 'wilson' }
}

/**
 * Mean accuracy over prompts with its interval: Wilson where every prompt was answered once, by prompt otherwise (the
 * mean of per-prompt shares, Student's t over prompts; where all prompts agree, Wilson on prompts so that the interval
 * never shrinks to a point).
 */
export function accuracyInterval(outcomes: readonly PromptOutcome[], level = 0.95): AccuracyInterval {
  const shares = outcomes.map(shareOf)
  return outcomes.every((o) => o.answers === 1) ? meanInterval(shares, level) : byPrompt(shares, level)
}

/** Mean of one share a prompt with its interval: Wilson where each is 0 or 1, by prompt otherwise. Throws `input.empty`. */
export function meanInterval(shares: readonly number[], level = 0.95): AccuracyInterval {
  if (shares.length === 0) throw noPrompts()
  if (!shares.every((share) => share === 0 || share === 1)) return byPrompt(shares, level)
  return wilsonInterval(
    shares.reduce<number>((sum, share) => sum + share, 0),
    shares.length,
    level,
  )
}

function byPrompt(shares: readonly number[], level: number): AccuracyInterval {
  const n = shares.length
  const value = mean(shares)
  // Of equal shares rounding alone would leave a hair of spread.
  const sd = shares.some((share) => share !== shares[0]) ? standardDeviation(shares) : 0
  if (!(sd > 0)) return { ...wilsonInterval(value * n, n, level), method: 'by-prompt' }
  const half = studentQuantile((1 + level) / 2, n - 1) * (sd / Math.sqrt(n))
  return { value, lo: Math.max(0, value - half), hi: Math.min(1, value + half), n, level, method: 'by-prompt' }
}

export interface PairedDifference {
  /** Mean of (second - first) over the prompts both answered. */
  readonly value: number
  readonly standardError: number
  readonly lo: number
  readonly hi: number
  readonly n: number
  readonly level: number
  /** value / standardError: how many paired standard errors the gain is. */
  readonly standardErrors: number
}

/** Difference of two models on the same prompts, row by row. Throws `input.invalid` for lists of unlike length. */
export function pairedDifference(
  first: readonly PromptOutcome[],
  second: readonly PromptOutcome[],
  level = 0.95,
): PairedDifference {
  if (first.length !== second.length) {
    throw new Failure({
      code: 'input.invalid',
      message: 'A paired difference needs the same prompts on both sides.',
      input: `${first.length} and ${second.length} prompts`,
      remedy: 'Evaluate both on the same prompts in the same order.',
    })
  }
  if (first.length < 2) throw noPrompts()
  const n = first.length
  const gaps = first.map((o, i) => shareOf(second[i]!) - shareOf(o))
  const value = mean(gaps)
  const standardError = standardDeviation(gaps) / Math.sqrt(n)
  const half = studentQuantile((1 + level) / 2, n - 1) * standardError
  const standardErrors = standardError > 0 ? value / standardError : value === 0 ? 0 : Math.sign(value) * Infinity
  return { value, standardError, lo: value - half, hi: value + half, n, level, standardErrors }
}

/**
 * Noise SD of an evaluation of `outcomes`, as a share: the standard error of its mean over prompts. It is what scatters
 * between evaluations of one checkpoint only if each draws new prompts; on fixed prompts it is an upper bound.
 */
export function evaluationSd(outcomes: readonly PromptOutcome[]): number {
  const { value, n } = accuracyInterval(outcomes)
  if (outcomes.every((o) => o.answers === 1)) return Math.sqrt((value * (1 - value)) / n)
  return standardDeviation(outcomes.map(shareOf)) / Math.sqrt(n)
}

/**
 * Sampling noise alone on fixed prompts: sqrt(sum of p (1 - p) / k over prompts) / n, p (1 - p) estimated without bias
 * from k ≥ 2 answers a prompt. Null where prompts were answered once.
 */
export function samplingSd(outcomes: readonly PromptOutcome[]): number | null {
  if (outcomes.length === 0 || outcomes.some((o) => o.answers < 2)) return null
  const variance = outcomes.reduce((sum, o) => {
    const p = shareOf(o)
    return sum + (p * (1 - p)) / (o.answers - 1)
  }, 0)
  return Math.sqrt(variance) / outcomes.length
}

const shareOf = (o: PromptOutcome): number => {
  if (!(o.answers > 0) || o.correct < 0 || o.correct > o.answers) {
    throw new Failure({
      code: 'input.invalid',
      message: 'Each prompt needs at least one answer, and no more right ones than answers.',
      input: `${o.correct} of ${o.answers}`,
      remedy: 'Leave out prompts without answers.',
    })
  }
  return o.correct / o.answers
}

const noPrompts = () =>
  new Failure({ code: 'input.empty', message: 'No prompts, no accuracy.', remedy: 'Evaluate on at least two prompts.' })
