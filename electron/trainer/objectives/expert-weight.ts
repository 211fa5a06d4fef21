/**
 * How LUFFY weighs an expert token: by its policy's probability relative to the expert's, x = π / q, shaped so that rare
 * tokens still learn:
 *   f(x) = x / (x + γ)   (gradient factor on log π: γ x / (x + γ)²)        or  f(x) = x
 * Source  LUFFY (arXiv 2504.14945) eq. 8, γ = 0.1; q = 1 in paper and code; recorded q as in its `target_probs`.
 */
import { add, clipByValue, div, exp, sub, type Tensor2D } from '@tensorflow/tfjs'
import type { LuffySettings } from '#shared/experiment/objectives.ts'

/** f(x) [B, T] from log π [B, T] and, where recorded, log q [B, T]. */
export function expertWeight(
  logp: Tensor2D,
  logq: Tensor2D | undefined,
  { kind, gamma }: LuffySettings['shaping'],
): Tensor2D {
  const x: Tensor2D = exp(clipByValue(logq ? sub(logp, logq) : logp, -20, 20))
  return kind === 'none' ? x : div(x, add(x, gamma))
}
