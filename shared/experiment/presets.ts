/** Model presets (README, "presets"): sizes that train in minutes on two cores. */
import type { RopeScaling } from './rope-scaling.ts'

export interface ModelShape {
  /** `qwen2`: Llama with biases on the projections of q, k and v. `qwen3`: Llama with a norm over each head of q and k. */
  readonly family: 'llama' | 'qwen2' | 'qwen3'
  readonly vocabSize: number
  /** Model width H. */
  readonly width: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headSize: number
  /** SwiGLU inner width H_ff. */
  readonly hidden: number
  readonly ropeBase: number
  /** Absent: rotary frequencies as they are. */
  readonly ropeScaling?: RopeScaling
  readonly normEps: number
  /** The output head shares the embedding's weights. */
  readonly tied: boolean
  /** Longest sequence the model is used with, in tokens. */
  readonly maxLength: number
}

export const modelPresetNames = ['lab-0.3m', 'lab-3m', 'lab-15m'] as const
export type ModelPreset = (typeof modelPresetNames)[number]

const base = { family: 'llama', ropeBase: 1000, normEps: 1e-5 } as const

/** A preset's shape for a vocabulary. lab-0.3m is untied, the larger two are tied. */
export function presetShape(preset: ModelPreset, vocabSize: number, maxLength: number): ModelShape {
  switch (preset) {
    case 'lab-0.3m':
      return {
        ...base,
        vocabSize,
        maxLength,
        width: 96,
        layers: 3,
        heads: 4,
        kvHeads: 4,
        headSize: 24,
        hidden: 256,
        tied: false,
      }
    case 'lab-3m':
      return {
        ...base,
        vocabSize,
        maxLength,
        width: 256,
        layers: 4,
        heads: 4,
        kvHeads: 4,
        headSize: 64,
        hidden: 704,
        tied: true,
      }
    case 'lab-15m':
      return {
        ...base,
        vocabSize,
        maxLength,
        width: 384,
        layers: 8,
        heads: 6,
        kvHeads: 6,
        headSize: 64,
        hidden: 1024,
        tied: true,
      }
  }
}

/** What a position of a training call holds, forward and backward, f32: activations (about twenty a layer), logits, attention's rows. */
export const bytesPerPosition = (
  { layers, width, hidden, heads, vocabSize }: Omit<ModelShape, 'maxLength'>,
  length: number,
): number => 4 * (20 * layers * width + 3 * layers * hidden + 3 * vocabSize + 3 * layers * heads * length)

/** Memory that one training or scoring call may take beside the weights. */
const callBytes = 2e9

/** Positions (rows x length) of one call: batches of long texts or of large vocabularies are computed in parts. */
export const mostPositions = (shape: Omit<ModelShape, 'maxLength'>, length: number): number =>
  Math.max(length, Math.floor(callBytes / bytesPerPosition(shape, length)))
