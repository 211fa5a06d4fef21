/**
 * The frequencies of rotary positions, and how models stretch them for longer texts.
 *   ω_j = base^(-2j/hd),   j = 0..hd/2-1;   a wave of pair j is λ_j = 2π/ω_j positions long
 *   linear, dynamic   ω/s;   ω (dynamic stretches only beyond the trained length, which `policy-checks.ts` refuses)
 *   llama3            ω/s where λ > L/low, ω where λ < L/high, between them (1 - m) ω/s + m ω,  m = (L/λ - low) / (high - low)
 *   yarn              (1 - γ) ω/s + γ ω,  γ_j = 1 - clamp((j - first) / (last - first)),  sine and cosine times an attention factor
 * Source  transformers 5.24, modeling_rope_utils.py (llama3: Llama 3.1's release; yarn: arXiv 2309.00071, eq. 18-25).
 */
import type { ModelShape } from '#shared/experiment/presets.ts'
import type { RopeScaling } from '#shared/experiment/rope-scaling.ts'

export interface RopeFrequencies {
  /** Radians a position, by pair: [headSize / 2]. */
  readonly frequencies: Float64Array
  /** Multiplies sine and cosine of q and k. */
  readonly attentionFactor: number
}

type Shape = Pick<ModelShape, 'headSize' | 'ropeBase' | 'ropeScaling'>

export function ropeFrequencies({ headSize, ropeBase, ropeScaling }: Shape): RopeFrequencies {
  const plain = Float64Array.from({ length: headSize / 2 }, (_, j) => ropeBase ** ((-2 * j) / headSize))
  switch (ropeScaling?.kind) {
    case undefined:
    case 'dynamic':
      return { frequencies: plain, attentionFactor: 1 }
    case 'linear':
      return { frequencies: plain.map((ω) => ω / ropeScaling.factor), attentionFactor: 1 }
    case 'llama3':
      return { frequencies: plain.map((ω) => llama3(ω, ropeScaling)), attentionFactor: 1 }
    case 'yarn': {
      const share = yarnShares(headSize, ropeBase, ropeScaling)
      const { factor, attentionFactor } = ropeScaling
      return { frequencies: plain.map((ω, j) => (ω / factor) * (1 - share(j)) + ω * share(j)), attentionFactor }
    }
  }
}

function llama3(ω: number, s: Extract<RopeScaling, { kind: 'llama3' }>): number {
  const waves = (s.trainedLength * ω) / (2 * Math.PI) // L/λ: how often the pair turns within the trained length
  if (waves < s.lowFrequency) return ω / s.factor
  if (waves > s.highFrequency) return ω
  const m = (waves - s.lowFrequency) / (s.highFrequency - s.lowFrequency)
  return (1 - m) * (ω / s.factor) + m * ω
}

/** γ_j: how much of its own frequency pair j keeps. */
function yarnShares(headSize: number, base: number, s: Extract<RopeScaling, { kind: 'yarn' }>): (j: number) => number {
  /** The pair that turns so often within the trained length. */
  const pairTurning = (turns: number) =>
    (headSize * Math.log(s.trainedLength / (turns * 2 * Math.PI))) / (2 * Math.log(base))
  const round = s.truncate ? { down: Math.floor, up: Math.ceil } : { down: same, up: same }
  const first = Math.max(round.down(pairTurning(s.betaFast)), 0)
  const end = Math.min(round.up(pairTurning(s.betaSlow)), headSize - 1)
  const last = end === first ? end + 0.001 : end
  return (j) => 1 - Math.min(1, Math.max(0, (j - first) / (last - first)))
}

const same = (x: number): number => x
