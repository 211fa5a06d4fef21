/**
 * From a cell of the grid to the minimum: Levenberg-Marquardt on (ln B, ln C_mid) with the linear parameters
 * projected out (variable projection, Golub & Pereyra 1973, in Kaufman's form), bounds by clamping.
 *   r_i = y_i - P_sft = ε (1 - g_i) + H g_i        H = A - P_sft ≤ limit        ε = 0, or ε ≥ 0 if free
 */
import { bounds, type LawGrid } from './law-grid.ts'

/** What the linear part may do. `gain`: H fixed (a profile); otherwise H in [low, high]. */
export interface LinearPart {
  readonly freeOffset: boolean
  readonly gain: number | null
  readonly low: number
  readonly high: number
}

export interface LawState {
  u: number
  v: number
  /** H = A - P_sft. */
  H: number
  eps: number
  cost: number
}

/** Buffers of one size, reused by every refit of a branch. */
export interface Scratch {
  readonly g: Float64Array
  readonly j0: Float64Array
  readonly j1: Float64Array
}

export const scratchFor = (n: number): Scratch => ({
  g: new Float64Array(n),
  j0: new Float64Array(n),
  j1: new Float64Array(n),
})

/** Sets `state.H`, `state.eps` and `state.cost` to the best linear part for the g in `scratch`. Returns the free columns. */
function solveLinear(r: Float64Array, w: Float64Array, g: Float64Array, part: LinearPart, state: LawState): number {
  const n = r.length
  let gg = 0
  let gr = 0
  let rr = 0
  let g1 = 0
  let r1 = 0
  let w1 = 0
  for (let i = 0; i < n; i++) {
    const wi = w[i]!
    const gi = g[i]!
    const ri = r[i]!
    gg += wi * gi * gi
    gr += wi * gi * ri
    rr += wi * ri * ri
    g1 += wi * gi
    r1 += wi * ri
    w1 += wi
  }
  // Columns p = 1 - g (offset) and g (gain).
  const pp = w1 - 2 * g1 + gg
  const pg = g1 - gg
  const pr = r1 - gr
  const cost = (e: number, H: number) => rr - 2 * (e * pr + H * gr) + e * e * pp + 2 * e * H * pg + H * H * gg
  let eps = 0
  let H = part.gain ?? clamp(gg > 0 ? gr / gg : 0, part.low, part.high)
  let free = part.gain === null && H > part.low && H < part.high ? 1 : 0
  if (part.freeOffset) {
    const determinant = pp * gg - pg * pg
    const e = determinant > 1e-12 * pp * gg ? (pr * gg - gr * pg) / determinant : -1
    const both = determinant > 1e-12 * pp * gg ? (gr * pp - pr * pg) / determinant : 0
    if (part.gain === null && e > 0 && both > part.low && both < part.high) {
      eps = e
      H = both
      free = 2
    } else {
      // One of the two sits on its bound: the best of the edges.
      for (const edge of part.gain === null ? [part.low, part.high] : [part.gain]) {
        const along = pp > 0 ? Math.max(0, (pr - edge * pg) / pp) : 0
        if (along > 0 && cost(along, edge) < cost(eps, H)) {
          eps = along
          H = edge
          free = 3
        }
      }
    }
  }
  state.eps = eps
  state.H = H
  state.cost = Math.max(0, cost(eps, H))
  return free
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

function fillProgress(lnX: Float64Array, u: number, v: number, g: Float64Array): void {
  const B = Math.exp(u)
  for (let i = 0; i < g.length; i++) g[i] = 1 / (1 + Math.exp(B * (v - lnX[i]!)))
}

/** Minimum of the weighted squares from (u, v); writes into `state`. Ends when a step gains less than 1e-11 of the cost. */
export function polish(
  grid: LawGrid,
  r: Float64Array,
  w: Float64Array,
  part: LinearPart,
  scratch: Scratch,
  start: readonly [number, number],
): LawState {
  const n = r.length
  const { g, j0, j1 } = scratch
  const state: LawState = { u: start[0], v: start[1], H: 0, eps: 0, cost: 0 }
  const trial: LawState = { ...state }
  fillProgress(grid.lnX, state.u, state.v, g)
  let free = solveLinear(r, w, g, part, state)
  let lambda = 1e-3
  for (let iteration = 0; iteration < 80; iteration++) {
    const B = Math.exp(state.u)
    const span = state.H - state.eps
    // Jacobian of the model in u and v, free linear columns projected out.
    let [c0, c1, d0, d1, cc, cd, dd] = [0, 0, 0, 0, 0, 0, 0]
    const onGain = free === 1 || free === 2
    const onOffset = free === 2 || free === 3
    for (let i = 0; i < n; i++) {
      const gi = g[i]!
      const slope = -span * gi * (1 - gi)
      const a = slope * B * (state.v - grid.lnX[i]!)
      const b = slope * B
      j0[i] = a
      j1[i] = b
      const wi = w[i]!
      if (onGain) {
        c0 += wi * gi * a
        c1 += wi * gi * b
        cc += wi * gi * gi
      }
      if (onOffset) {
        const pi = 1 - gi
        d0 += wi * pi * a
        d1 += wi * pi * b
        dd += wi * pi * pi
        cd += wi * pi * gi
      }
    }
    let [x0, x1, y0, y1] = [0, 0, 0, 0]
    if (free === 1) [x0, x1] = cc > 0 ? [c0 / cc, c1 / cc] : [0, 0]
    else if (free === 3) [y0, y1] = dd > 0 ? [d0 / dd, d1 / dd] : [0, 0]
    else if (free === 2) {
      const det = cc * dd - cd * cd
      if (det > 0) {
        x0 = (c0 * dd - d0 * cd) / det
        x1 = (c1 * dd - d1 * cd) / det
        y0 = (d0 * cc - c0 * cd) / det
        y1 = (d1 * cc - c1 * cd) / det
      }
    }
    let [h00, h01, h11, b0, b1] = [0, 0, 0, 0, 0]
    for (let i = 0; i < n; i++) {
      const gi = g[i]!
      const pi = 1 - gi
      const wi = w[i]!
      const a = j0[i]! - x0 * gi - y0 * pi
      const b = j1[i]! - x1 * gi - y1 * pi
      const e = r[i]! - state.eps * pi - state.H * gi
      h00 += wi * a * a
      h01 += wi * a * b
      h11 += wi * b * b
      b0 += wi * a * e
      b1 += wi * b * e
    }
    // A parameter that sits on its bound and is pushed further out stays there, and the other moves alone.
    const [uLow, uHigh] = bounds.lnB
    const [vLow, vHigh] = bounds.lnC
    if ((state.u >= uHigh && b0 > 0) || (state.u <= uLow && b0 < 0)) [h01, b0] = [0, 0]
    if ((state.v >= vHigh && b1 > 0) || (state.v <= vLow && b1 < 0)) [h01, b1] = [0, 0]
    let gained = 0
    for (let attempt = 0; attempt < 12; attempt++) {
      const m00 = h00 * (1 + lambda) + 1e-30
      const m11 = h11 * (1 + lambda) + 1e-30
      const det = m00 * m11 - h01 * h01
      const du = (b0 * m11 - b1 * h01) / det
      const dv = (b1 * m00 - b0 * h01) / det
      trial.u = clamp(state.u + clamp(du, -2, 2), uLow, uHigh)
      trial.v = clamp(state.v + clamp(dv, -4, 4), vLow, vHigh)
      fillProgress(grid.lnX, trial.u, trial.v, g)
      const freeNow = solveLinear(r, w, g, part, trial)
      if (trial.cost < state.cost) {
        gained = state.cost - trial.cost
        Object.assign(state, trial)
        free = freeNow
        lambda = Math.max(1e-12, lambda / 8)
        break
      }
      lambda *= 6
    }
    if (gained <= 1e-11 * state.cost) break
  }
  return state
}
