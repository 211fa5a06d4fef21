/** A curve without its noise, following the data and no law: local straight lines over nine evaluations. */
import type { PerformancePoint } from './types.ts'

/** Evaluations to either side that a local line is fitted to. */
const reach = 4

/**
 * Score at each point by a straight line fitted to its neighbours, nearer ones weighing more (tricube).
 * Source  Cleveland (1979), one pass.
 */
export function smoothScores(points: readonly PerformancePoint[]): number[] {
  return points.map((here, i) => {
    const near = points.slice(Math.max(0, i - reach), i + reach + 1)
    const width = 1.1 * Math.max(...near.map((p) => Math.abs(p.compute - here.compute))) || 1
    let [w, wx, wxx, wy, wxy] = [0, 0, 0, 0, 0]
    for (const p of near) {
      const x = p.compute - here.compute
      const weight = (1 - Math.abs(x / width) ** 3) ** 3
      w += weight
      wx += weight * x
      wxx += weight * x * x
      wy += weight * p.score
      wxy += weight * x * p.score
    }
    const determinant = w * wxx - wx * wx
    return determinant > 1e-9 * w * wxx ? (wy * wxx - wxy * wx) / determinant : wy / w
  })
}
