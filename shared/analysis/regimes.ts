/**
 * The regimes of an SFT run, from its validation losses (docs/methods/regimes.md).
 *   T_stable = {L ≤ (1+δ) L_min}    T_mild = {(1+δ) L_min < L < (1+δ2) L_min}    T_severe = {L ≥ (1+δ2) L_min}
 *   Adaptive x < min T_stable · Stable x ∈ T_stable · Mild, Severe: x > max T_stable and in T_mild, T_severe
 * Source      Ding et al., arXiv 2512.11470, section 6.2.1, Eq. 5-9.
 * Departures  a point between the first and the last stable one whose loss is above the band belongs to none of the
 *             paper's regimes: it is labelled `above-the-band`.
 */
import { Failure } from '#shared/contract/failure.ts'
import type { Regime, RegimeInterval, RegimePoint, RegimeResult, RegimeThresholds } from './types.ts'

export const paperThresholds: RegimeThresholds = { stable: 0.02, mild: 0.1 }

export interface RegimeOptions {
  readonly thresholds?: RegimeThresholds
  /** `robust`: Eq. 5-9 on the running median of three, so that one lucky or unlucky validation moves no border. */
  readonly method?: 'exact' | 'robust'
  /** True while the run goes on: the minimum is the minimum so far and the labels are provisional. */
  readonly running?: boolean
}

/**
 * Labels every validation of an SFT run and cuts its axis into intervals.
 * Units   losses in nats, positive; `step` any increasing axis.
 * Throws  `input.empty` without points; `input.invalid` for losses that are not finite and positive, steps that do not
 *         increase, or thresholds that are not 0 < stable < mild.
 */
export function classifyRegimes(points: readonly RegimePoint[], options: RegimeOptions = {}): RegimeResult {
  const { thresholds = paperThresholds, method = 'exact', running = false } = options
  check(points, thresholds)
  const losses = method === 'robust' ? medianOfThree(points.map((p) => p.loss)) : points.map((p) => p.loss)
  const steps = points.map((p) => p.step)

  const minLoss = Math.min(...losses)
  const band = (1 + thresholds.stable) * minLoss
  const severeFrom = (1 + thresholds.mild) * minLoss
  const inStable = losses.map((loss) => loss <= band)
  const first = inStable.indexOf(true)
  const last = inStable.lastIndexOf(true)

  const regimeOf = (i: number): Regime => {
    if (i < first) return 'adaptive'
    if (inStable[i]) return 'stable'
    if (i < last) return 'above-the-band'
    return losses[i]! < severeFrom ? 'mild' : 'severe'
  }
  return {
    points: points.map((point, i) => ({ ...point, regime: regimeOf(i) })),
    minLoss,
    minStep: steps[losses.indexOf(minLoss)]!,
    stable: { from: steps[first]!, to: steps[last]! },
    provisional: running,
    intervals: intervalsOf(steps, losses, band, severeFrom),
    thresholds,
    method,
  }
}

/**
 * The stretches of each regime, borders where the straight line between two validations crosses a threshold.
 * (Midpoints would tint a checkpoint's surroundings wrongly when the loss crosses the band close to one of them.)
 */
function intervalsOf(
  steps: readonly number[],
  losses: readonly number[],
  band: number,
  severeFrom: number,
): RegimeInterval[] {
  if (steps.length === 1) return [{ from: steps[0]!, to: steps[0]!, regime: 'stable' }]
  const knots: { at: number; loss: number }[] = []
  for (let i = 0; i < steps.length; i++) {
    knots.push({ at: steps[i]!, loss: losses[i]! })
    if (i + 1 === steps.length) break
    const [x0, x1, l0, l1] = [steps[i]!, steps[i + 1]!, losses[i]!, losses[i + 1]!]
    const crossings = [band, severeFrom]
      .filter((level) => (l0 - level) * (l1 - level) < 0)
      .map((level) => ({ at: x0 + ((level - l0) / (l1 - l0)) * (x1 - x0), loss: level }))
    knots.push(...crossings.sort((a, b) => a.at - b.at))
  }
  const isStable = (k: { loss: number }) => k.loss <= band
  const stableFrom = knots.find(isStable)!.at
  const stableTo = knots.findLast(isStable)!.at

  const merged: { from: number; to: number; regime: Regime }[] = []
  for (let k = 0; k + 1 < knots.length; k++) {
    const from = knots[k]!.at
    const to = knots[k + 1]!.at
    if (to <= from) continue
    const middle = (from + to) / 2
    const loss = (knots[k]!.loss + knots[k + 1]!.loss) / 2
    const beyond: Regime = loss < severeFrom ? 'mild' : 'severe'
    const within: Regime = loss <= band ? 'stable' : 'above-the-band'
    const regime: Regime = middle < stableFrom ? 'adaptive' : middle > stableTo ? beyond : within
    const before = merged.at(-1)
    if (before?.regime === regime) before.to = to
    else merged.push({ from, to, regime })
  }
  return merged
}

/** Running median of three; the ends by Tukey's rule, so that a spike in the first or last value is tamed as well. */
export function medianOfThree(values: readonly number[]): number[] {
  const n = values.length
  if (n < 3) return [...values]
  const median = (a: number, b: number, c: number) => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c))
  const inner = values.map((v, i) => (i === 0 || i === n - 1 ? v : median(values[i - 1]!, v, values[i + 1]!)))
  const end = (edge: number, near: number, far: number) => median(edge, near, 3 * near - 2 * far)
  return inner.map((v, i) => {
    if (i === 0) return end(v, inner[1]!, inner[2]!)
    if (i === n - 1) return end(v, inner[n - 2]!, inner[n - 3]!)
    return v
  })
}

function check(points: readonly RegimePoint[], thresholds: RegimeThresholds): void {
  if (points.length === 0) {
    throw new Failure({
      code: 'input.empty',
      message: 'A run without validation losses has no regimes.',
      remedy: 'Give the SFT stage validations (every 25 to 50 steps), or import its validation losses.',
    })
  }
  points.forEach((point, i) => {
    const where = `validation ${i + 1} (step ${point.step})`
    if (!(Number.isFinite(point.loss) && point.loss > 0)) {
      throw new Failure({
        code: 'input.invalid',
        message: `A validation loss must be a positive number, not ${point.loss}.`,
        input: where,
        remedy: 'Leave that validation out.',
      })
    }
    if (!Number.isFinite(point.step) || (i > 0 && point.step <= points[i - 1]!.step)) {
      throw new Failure({
        code: 'input.invalid',
        message: 'Validations must be sorted by step, one for each step.',
        input: where,
        remedy: 'Sort them and keep the last of those that share a step.',
      })
    }
  })
  if (!(thresholds.stable > 0 && thresholds.mild > thresholds.stable)) {
    throw new Failure({
      code: 'input.invalid',
      message: 'Thresholds must be 0 < stable < mild.',
      input: `stable ${thresholds.stable}, mild ${thresholds.mild}`,
      remedy: 'The paper uses 0.02 and 0.10.',
    })
  }
}
