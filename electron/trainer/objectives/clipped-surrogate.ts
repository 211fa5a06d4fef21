/**
 * PPO's clipped surrogate, to be minimised, per token:
 *   l = max(-A ρ, -A clip(ρ, 1 - ε_lo, 1 + ε_hi))        ρ = π / π_old
 *   dual clip, where A < 0:  l = min(l, -A c)
 * Source  PPO (arXiv 1707.06347) eq. 7; clip-higher: DAPO (2503.14476) eq. 8; dual clip: Ye et al. (1912.09729); verl's bound of
 * ±20 on the exponent.
 */
import {
  cast,
  clipByValue,
  exp,
  greater,
  less,
  logicalAnd,
  maximum,
  minimum,
  mul,
  neg,
  sub,
  where,
  zerosLike,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs'
import { detach } from './detach.ts'

export interface ClipSettings {
  readonly clipLow: number
  readonly clipHigh: number
  readonly dualClip: number | null
}

export interface Surrogate {
  readonly loss: Tensor2D // [B, T]
  readonly ratio: Tensor2D // [B, T]
  /** 1 where the clip replaced the plain term; 1 where the dual clip then did. */
  readonly clipped: Tensor2D // [B, T]
  readonly clippedDual: Tensor2D // [B, T]
}

/** ρ [B, T]. Without `logpOld` the policy itself is π_old (one update a rollout): ρ = 1, with π's gradient. */
export function policyRatio(logp: Tensor2D, logpOld: Tensor2D | undefined): Tensor2D {
  return exp(clipByValue(sub(logp, logpOld ?? detach(logp)), -20, 20))
}

/** Shapes logp, logpOld, advantage [B, T]. Call it inside tidy(). */
export function clippedSurrogate(
  logp: Tensor2D,
  logpOld: Tensor2D | undefined,
  advantage: Tensor2D,
  { clipLow, clipHigh, dualClip }: ClipSettings,
): Surrogate {
  const ρ = policyRatio(logp, logpOld) // [B, T]
  const plain: Tensor2D = neg(mul(advantage, ρ)) // [B, T]
  const bound: Tensor2D = neg(mul(advantage, clipByValue(ρ, 1 - clipLow, 1 + clipHigh))) // [B, T]
  const single: Tensor2D = maximum(plain, bound)
  const clipped: Tensor2D = asNumbers(greater(bound, plain))
  if (dualClip === null) return { loss: single, ratio: ρ, clipped, clippedDual: zerosLike(clipped) }
  const negative = less(advantage, 0) // [B, T]
  const ceiling: Tensor2D = neg(mul(advantage, dualClip))
  return {
    loss: where(negative, minimum(single, ceiling), single) as Tensor2D,
    ratio: ρ,
    clipped,
    clippedDual: asNumbers(logicalAnd(negative, greater(single, ceiling))),
  }
}

const asNumbers = (condition: Tensor): Tensor2D => cast(condition, 'float32') as Tensor2D
