/**
 * The law of performance in RL compute, and its rivals.
 *   y(x) = (P_sft + ε) + (A - (P_sft + ε)) g(x)        g(x) = 1 / (1 + (C_mid / x)^B)        g(0) = 0
 * A the ceiling, C_mid the compute at which half of the way is gone, B the steepness, ε the jump at the start of RL.
 * Source  Ding et al., arXiv 2512.11470, Eq. 2, after ScaleRL (Khatri et al. 2025).
 */
import type { SigmoidParams } from './types.ts'

/** Share of the way to the ceiling after `x` of compute: 0 at 0, 1/2 at `cMid`, towards 1. */
export function progress(x: number, B: number, cMid: number): number {
  if (x <= 0) return 0
  return 1 / (1 + Math.exp(B * (Math.log(cMid) - Math.log(x))))
}

/** Score in percent after `x` of RL compute. */
export function sigmoid(x: number, params: SigmoidParams, pSft: number): number {
  const start = pSft + params.eps
  if (x <= 0) return pSft
  return start + (params.A - start) * progress(x, params.B, params.cMid)
}

/**
 * RL compute at which `share` of the gain A - P_sft is reached; 0 where the jump alone reaches it; null for a share
 * outside (0, 1) or where the law does not rise.
 *   g = (share (A - P_sft) - ε) / (A - P_sft - ε)        x = C_mid (g / (1 - g))^(1/B)
 */
export function computeToShare(share: number, params: SigmoidParams, pSft: number): number | null {
  const { A, B, cMid, eps } = params
  const gain = A - pSft
  if (!(share > 0 && share < 1) || gain <= 0) return null
  const jump = share * gain - eps
  if (jump <= 0) return 0
  const g = jump / (gain - eps)
  return cMid * Math.exp(Math.log(g / (1 - g)) / B)
}
