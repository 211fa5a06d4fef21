/**
 * When to switch from SFT to RL, in plain words with reasons (docs/methods/switch-search.md, "The recommendation").
 * Source  the paper's guideline: switch in the Stable regime, early Mild is acceptable, never Severe (section 6.2.1).
 *         Measured branches, where there are any, outweigh the guideline.
 */
import { centralZ } from './distributions.ts'
import type { BranchAnalysis, Estimate, Recommendation, Regime, RegimeResult } from './types.ts'

/** A branch measured from a checkpoint of this run. `step` is on the axis of the regimes. */
export interface MeasuredBranch {
  readonly step: number
  readonly analysis: Pick<BranchAnalysis, 'aPost' | 'verdict' | 'collapse' | 'level'>
}

export interface RecommendOptions {
  /** What `step` is called in the sentences: `step` by default. */
  readonly axis?: string
  readonly formatStep?: (step: number) => string
  /** Steps that have a checkpoint to branch from; all validated steps by default. */
  readonly checkpoints?: readonly number[]
  /** Ceilings predicted for checkpoints in between, `step` on the axis of the regimes; the model is named in the reason. */
  readonly predicted?: { readonly model: string; readonly points: readonly (Estimate & { readonly step: number })[] }
}

const plainNumber = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 })

/** Decides from the regimes of a run and the branches measured so far. */
export function switchRecommendation(
  regimes: RegimeResult,
  measured: readonly MeasuredBranch[] = [],
  options: RecommendOptions = {},
): Recommendation {
  const axis = options.axis ?? 'step'
  const format = options.formatStep ?? plainNumber
  const { stable, points, minStep, minLoss, thresholds, provisional } = regimes
  const last = points.at(-1)!
  const allowed = options.checkpoints ?? points.map((p) => p.step)
  const stillFalling = provisional && last.step === minStep
  const window = { from: stable.from, to: stable.to }
  const reasons: string[] = []
  const band = `${plainNumber(thresholds.stable * 100)} %`

  reasons.push(
    window.from === window.to
      ? `The validation loss is within ${band} of its minimum (${minLoss.toFixed(3)}) at ${axis} ${format(minStep)} only.`
      : `The validation loss has been within ${band} of its minimum (${minLoss.toFixed(3)} at ${axis} ${format(minStep)}) from ${axis} ${format(window.from)} to ${format(window.to)}.`,
  )
  const best = bestMeasured(measured)
  let step = nearest(allowed, minStep) ?? minStep
  if (best) {
    const list = [...measured]
      .sort((a, b) => a.step - b.step)
      .map(
        (b) =>
          `${format(b.step)}: ${b.analysis.aPost.value.toFixed(1)}${b.analysis.verdict === 'identified' ? '' : ` (${words[b.analysis.verdict]})`}`,
      )
    reasons.push(`Measured ceilings by ${axis} of the switch: ${list.join(', ')}.`)
    if (best.clear) {
      step = best.branch.step
      reasons.push(`The branch at ${format(step)} leads by more than the intervals leave open.`)
    } else if (measured.length > 1) {
      reasons.push(
        'Their intervals overlap: the branches measured so far do not decide among themselves, so the loss does.',
      )
    }
    const collapsed = measured.filter((b) => b.analysis.collapse)
    if (collapsed.length > 0)
      reasons.push(`RL collapsed from ${axis} ${collapsed.map((b) => format(b.step)).join(' and ')}.`)
  } else
    reasons.push(
      'No branch has been measured yet: this follows the loss alone. A sweep of one branch a regime would test it.',
    )

  const likely = options.predicted?.points.reduce<(Estimate & { step: number }) | null>(
    (a, b) => (a === null || b.value > a.value ? b : a),
    null,
  )
  if (likely && best) {
    reasons.push(
      `Between the branches the highest ceiling is predicted at ${axis} ${format(likely.step)}: ${likely.value.toFixed(1)}, 80 % interval ${likely.lo.toFixed(1)} to ${likely.hi.toFixed(1)} (${options.predicted!.model}).`,
    )
  }
  const now = last.regime
  if (now === 'mild')
    reasons.push(
      'The run has begun to over-fit (Mild); a switch early in that regime still did well on easy data in the paper.',
    )
  if (now === 'severe')
    reasons.push(
      `Since then the loss rose by more than ${plainNumber(thresholds.mild * 100)} % (Severe): do not switch from there.`,
    )
  if (points.some((p) => p.regime === 'above-the-band')) {
    reasons.push('Between the stable validations some lie above the band: the loss is noisy, so the borders are soft.')
  }
  if (provisional) reasons.push('The run goes on: a lower loss later would move these borders.')

  const kind =
    stillFalling && !best?.clear
      ? 'wait'
      : allowed.some((s) => s >= window.from && s <= window.to) || best?.clear
        ? 'switch'
        : 'too-late'
  if (kind === 'too-late') {
    step = nearest(allowed, minStep) ?? last.step
    reasons.push(`No checkpoint is kept inside the stable stretch; ${axis} ${format(step)} is the nearest.`)
  }
  const headline = {
    wait: `Wait: the validation loss still falls (${minLoss.toFixed(3)} at ${axis} ${format(minStep)}).`,
    switch: best?.clear
      ? `Branch RL at ${axis} ${format(step)}: the best measured ceiling.`
      : window.from === window.to
        ? `Branch RL at ${axis} ${format(step)}.`
        : `Branch RL at ${axis} ${format(window.from)} to ${format(window.to)}, at ${format(step)} if only once.`,
    'too-late': `Branch RL at ${axis} ${format(step)}, the checkpoint nearest to the minimum; later ones are over-fitted.`,
  }[kind]
  return { kind, step, window, provisional, headline, reasons, sweep: sweepOf(regimes, allowed) }
}

const words = { loose: 'loosely known', 'not-identifiable': 'not identifiable', identified: '' } as const

/** The branch with the highest known ceiling, and whether it leads the next by more than chance. */
function bestMeasured(measured: readonly MeasuredBranch[]): { branch: MeasuredBranch; clear: boolean } | null {
  const known = measured
    .filter((b) => b.analysis.verdict !== 'not-identifiable' && !b.analysis.collapse)
    .sort((a, b) => b.analysis.aPost.value - a.analysis.aPost.value)
  const [first, second] = known
  if (!first) return null
  if (!second) return { branch: first, clear: false }
  const se = (b: MeasuredBranch) => (b.analysis.aPost.hi - b.analysis.aPost.lo) / 2 / centralZ(b.analysis.level)
  const lead = first.analysis.aPost.value - second.analysis.aPost.value
  return { branch: first, clear: lead > centralZ(0.9) * Math.hypot(se(first), se(second)) }
}

/** One checkpoint a regime: the middle of Adaptive by count, the minimum for Stable, the first of Mild, the last of Severe. */
function sweepOf(regimes: RegimeResult, allowed: readonly number[]): Recommendation['sweep'] {
  const inRegime = (regime: Regime) => regimes.points.filter((p) => p.regime === regime && allowed.includes(p.step))
  const picks: { step: number; regime: Regime }[] = []
  const adaptive = inRegime('adaptive').filter((p) => p.step > 0)
  const middle = adaptive[Math.floor((adaptive.length - 1) / 2)]
  if (middle) picks.push({ step: middle.step, regime: 'adaptive' })
  const stable = inRegime('stable')
  const lowest = stable.reduce<(typeof stable)[number] | undefined>(
    (a, b) => (a === undefined || b.loss < a.loss ? b : a),
    undefined,
  )
  if (lowest) picks.push({ step: lowest.step, regime: 'stable' })
  const mild = inRegime('mild')[0]
  if (mild) picks.push({ step: mild.step, regime: 'mild' })
  const severe = inRegime('severe').at(-1)
  if (severe) picks.push({ step: severe.step, regime: 'severe' })
  return picks
}

function nearest(values: readonly number[], target: number): number | null {
  return values.reduce<number | null>(
    (best, v) => (best === null || Math.abs(v - target) < Math.abs(best - target) ? v : best),
    null,
  )
}
