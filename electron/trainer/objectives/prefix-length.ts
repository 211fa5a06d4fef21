/**
 * How long a prefix of the expert's answer a hybrid rollout continues (Prefix-RFT):
 *   L = floor(l |y*|),   l = low_s + (high - low_s) u,   u ~ Beta(α, β),   clamped to min .. |y*| - 1
 *   low_s = end + (start - end) (1 + cos(π s / S)) / 2      from 0.95 to 0.05 over the stage's S steps
 * Source  RETU (arXiv 2512.11470) C.2.1; the released code's CosineDecayController and BetaSampler.
 */
import type { PrefixRftSettings } from '#shared/experiment/objectives.ts'
import { rowStream, type RowStream } from '#tasks/row-stream.ts'
import type { Progress } from './objective.ts'

type PrefixSettings = PrefixRftSettings['prefix']

/** low_s; past the last step it stays at the end value. */
export function prefixLowerBound({ step, steps }: Progress, { lowStart, lowEnd }: PrefixSettings): number {
  if (step >= steps) return lowEnd
  return lowEnd + (lowStart - lowEnd) * 0.5 * (1 + Math.cos((Math.PI * step) / steps))
}

/** L for a draw u in 0..1 and an expert answer of `length` tokens, its stop token included: at least one token is left to write. */
export function prefixLength(u: number, length: number, progress: Progress, settings: PrefixSettings): number {
  const low = prefixLowerBound(progress, settings)
  const share = low + (settings.high - low) * u
  return Math.max(0, Math.min(Math.max(Math.floor(share * length), settings.minTokens), length - 1))
}

/** L of one hybrid rollout; the same (seed, step, prompt, row) draws the same. */
export function drawPrefixLength(
  key: { seed: number; promptId: number; row: number },
  length: number,
  progress: Progress,
  settings: PrefixSettings,
): number {
  const stream = rowStream(key.seed, progress.step, key.promptId, key.row)
  return prefixLength(betaDraw(stream, settings.alpha, settings.beta), length, progress, settings)
}

/** One draw of Beta(α, β). */
export function betaDraw(stream: RowStream, alpha: number, beta: number): number {
  if (alpha === 1 && beta === 1) return stream.uniform()
  const [x, y] = [gammaDraw(stream, alpha), gammaDraw(stream, beta)]
  // Tiny shapes can underflow to 0 / 0; such a Beta puts its mass at both ends.
  return x + y > 0 ? x / (x + y) : stream.uniform() < alpha / (alpha + beta) ? 1 : 0
}

/** Gamma(shape, 1) by Marsaglia and Tsang (2000); below 1 by their boost. */
function gammaDraw(stream: RowStream, shape: number): number {
  if (shape < 1) return gammaDraw(stream, shape + 1) * Math.pow(1 - stream.uniform(), 1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - stream.uniform())) * Math.cos(2 * Math.PI * stream.uniform())
    const v = (1 + c * normal) ** 3
    if (v > 0 && Math.log(1 - stream.uniform()) < 0.5 * normal * normal + d - d * v + d * Math.log(v)) return d * v
  }
}
