/**
 * The search behind every fit of the sigmoid law. For given steepness and midpoint the law is linear in the rest, so
 * the two non-linear parameters are searched on a fixed grid and only the best cells are polished: no start values,
 * hence no dependence on them.
 *   u = ln B, v = ln C_mid        g_i(u, v) = 1 / (1 + e^z)        z = B (v - ln x_i)
 * A grid depends on the compute of the points only: one serves all refits of a branch (bootstrap, profile, robust).
 */

export interface LawGrid {
  readonly n: number
  readonly lnX: Float64Array
  readonly lnB: Float64Array
  readonly lnC: Float64Array
  /** g of every cell, row by row: cell k holds [k n, (k + 1) n). */
  readonly g: Float64Array
}

/** B in [1e-4, 10] as in the released kit; C_mid practically free. */
export const bounds = { lnB: [Math.log(1e-4), Math.log(10)], lnC: [Math.log(1e-8), 46] } as const

const steepnesses = Float64Array.from(
  [0.1, 0.16, 0.24, 0.34, 0.46, 0.6, 0.8, 1.05, 1.4, 1.9, 2.6, 3.7, 5.5, 9],
  Math.log,
)

/** Grid over the steepnesses that curves show and midpoints from well before the first to far beyond the last point. */
export function lawGrid(compute: Float64Array): LawGrid {
  const n = compute.length
  const lnX = compute.map((x) => Math.log(Math.max(x, 1e-8)))
  const from = lnX[0]! - 2
  const to = lnX[n - 1]! + 1.5
  const dense = 20
  // Beyond the data the midpoint only matters for slow laws: a few wide steps are enough there.
  const lnC = new Float64Array(dense + 6)
  for (let j = 0; j < dense; j++) lnC[j] = from + ((to - from) * j) / (dense - 1)
  for (let j = 0; j < 6; j++) lnC[dense + j] = to + 1.2 * (j + 1) ** 1.4
  const g = new Float64Array(steepnesses.length * lnC.length * n)
  let k = 0
  for (const u of steepnesses) {
    const B = Math.exp(u)
    for (const v of lnC) for (let i = 0; i < n; i++) g[k++] = 1 / (1 + Math.exp(B * (v - lnX[i]!)))
  }
  return { n, lnX, lnB: steepnesses, lnC, g }
}

/** The cells that no neighbour beats, best first, at most `most`. `cost` holds one number a cell. */
export function bestCells(grid: LawGrid, cost: Float64Array, most: number): number[] {
  const rows = grid.lnB.length
  const columns = grid.lnC.length
  const found: number[] = []
  for (let b = 0; b < rows; b++) {
    for (let c = 0; c < columns; c++) {
      const k = b * columns + c
      const own = cost[k]!
      let beaten = false
      for (let db = -1; db <= 1 && !beaten; db++) {
        for (let dc = -1; dc <= 1; dc++) {
          const [i, j] = [b + db, c + dc]
          if ((db !== 0 || dc !== 0) && i >= 0 && i < rows && j >= 0 && j < columns && cost[i * columns + j]! < own) {
            beaten = true
            break
          }
        }
      }
      if (!beaten) found.push(k)
    }
  }
  return found.sort((p, q) => cost[p]! - cost[q]!).slice(0, most)
}

export const cellStart = (grid: LawGrid, k: number): readonly [number, number] => [
  grid.lnB[Math.floor(k / grid.lnC.length)]!,
  grid.lnC[k % grid.lnC.length]!,
]
