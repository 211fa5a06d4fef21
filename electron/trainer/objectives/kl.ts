/**
 * Per-token estimators of KL(π ‖ π_ref) from one sample, d = log π_ref - log π:
 *   k1 = -d        k2 = d²/2        k3 = e^d - d - 1
 * Source  Schulman, "Approximating KL divergence"; GRPO (arXiv 2402.03300) eq. 4 is k3; verl's clamps: d to ±20, k3 to ±10.
 */
import { clipByValue, exp, mul, neg, square, sub, type Tensor2D } from '@tensorflow/tfjs'

export type KlEstimator = 'k1' | 'k2' | 'k3'

/** Shapes logp, logpRef, result [B, T]; nats. Call it inside tidy(). */
export function klPerToken(logp: Tensor2D, logpRef: Tensor2D, estimator: KlEstimator): Tensor2D {
  const d: Tensor2D = sub(logpRef, logp)
  if (estimator === 'k1') return neg(d)
  if (estimator === 'k2') return mul(0.5, square(d))
  const bounded: Tensor2D = clipByValue(d, -20, 20)
  return clipByValue(sub(sub(exp(bounded), bounded), 1), -10, 10)
}
