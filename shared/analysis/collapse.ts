/**
 * Collapse and broken evaluations: what no law should be fitted to, and what no forecast should be scored on.
 *   Collapse  at least 3 of 5 consecutive evaluations lie more than 3 noise SDs and more than 2 points below the level
 *             reached before (the running maximum of unbroken points); it starts at the first of them and what
 *             follows, recovered or not, is no part of the law.
 *   Broken    a single point more than 5 noise SDs from normal neighbours on both sides.
 */
import { noiseSd } from './noise.ts'
import type { Exclusion, PerformancePoint } from './types.ts'

export interface CollapseFindings {
  /** One entry a point, in order. */
  readonly excluded: readonly (Exclusion | null)[]
  /** Compute of the first collapsed evaluation. */
  readonly collapse: { readonly from: number } | null
  readonly broken: readonly number[]
  /** Noise SD of what is left, in points. */
  readonly noiseSd: number
}

export interface CollapseRule {
  readonly noiseSds: number
  readonly points: number
  readonly of: number
  readonly least: number
  readonly brokenNoiseSds: number
}

export const collapseRule: CollapseRule = { noiseSds: 3, points: 2, of: 5, least: 3, brokenNoiseSds: 5 }

/** Least noise assumed where the curve looks smoother than any evaluation can be: a hundredth of a point. */
const leastNoise = 0.01

/**
 * Judges a curve that starts with its branch point (compute 0). `noise` overrides the estimate from the curve itself.
 * A curve of fewer than four points is left as it is: its noise cannot be told.
 */
export function findCollapse(
  points: readonly PerformancePoint[],
  options: { readonly noise?: number; readonly rule?: CollapseRule } = {},
): CollapseFindings {
  const rule = options.rule ?? collapseRule
  if (points.length < 4)
    return { excluded: points.map(() => null), collapse: null, broken: [], noiseSd: options.noise ?? Number.NaN }
  // A collapse inflates the noise around it: estimate, find, estimate again on what is left, until nothing changes.
  let noise = Math.max(leastNoise, options.noise ?? noiseSd(points))
  let excluded = judge(points, noise, rule)
  for (let round = 0; round < 5 && options.noise === undefined; round++) {
    const left = points.filter((_, i) => excluded[i] === null)
    if (left.length < 4) break
    noise = Math.max(leastNoise, noiseSd(left))
    const next = judge(points, noise, rule)
    const settled = next.every((mark, i) => mark === excluded[i])
    excluded = next
    if (settled) break
  }
  const from = excluded.indexOf('collapse')
  return {
    excluded,
    collapse: from < 0 ? null : { from: points[from]!.compute },
    broken: points.filter((_, i) => excluded[i] === 'broken').map((p) => p.compute),
    noiseSd: noise,
  }
}

function judge(points: readonly PerformancePoint[], noise: number, rule: CollapseRule): (Exclusion | null)[] {
  const scores = points.map((p) => p.score)
  const isBroken = brokenPoints(scores, noise, rule)
  const depth = Math.max(rule.noiseSds * noise, rule.points)
  let level = scores[0]!
  let start = -1
  // A hole counts towards a collapse like any other low point; it is only kept out of the level.
  for (let i = 1; i < scores.length && start < 0; i++) {
    const limit = level - depth
    if (scores[i]! < limit) {
      if (scores.slice(i, i + rule.of).filter((score) => score < limit).length >= rule.least) start = i
    } else if (!isBroken[i]) level = Math.max(level, scores[i]!)
  }
  return scores.map((_, i) => (start >= 0 && i >= start ? 'collapse' : isBroken[i] ? 'broken' : null))
}

/** A spike or a hole of one point: far from both neighbours to the same side, while these agree with each other. */
function brokenPoints(scores: readonly number[], noise: number, rule: CollapseRule): boolean[] {
  const far = rule.brokenNoiseSds * noise
  return scores.map((score, i) => {
    const [before, after] = [scores[i - 1], scores[i + 1]]
    if (i === 0 || before === undefined || after === undefined) return false
    const [down, up] = [score - before, score - after]
    if (Math.sign(down) !== Math.sign(up) || Math.abs(down) <= far || Math.abs(up) <= far) return false
    return Math.abs(before - after) <= Math.min(far, Math.abs(down) / 2, Math.abs(up) / 2)
  })
}
