/**
 * A model's parameters as they are stored: fewer and larger than Hugging Face's. The projections of q, k and v are one matrix
 * (one product instead of three), so a stored parameter names the Hugging Face tensors that it is stacked from.
 */
import type { ModelShape } from '#shared/experiment/presets.ts'

export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
  readonly parts: readonly Part[]
}

/** One Hugging Face tensor, a block of a stored parameter's rows. */
export interface Part {
  readonly name: string
  readonly shape: readonly number[]
  /** Rows come in heads whose halves are paired for rotary positions (`layout.ts`). */
  readonly isRotary: boolean
  /** Standard deviation of the initial normal distribution; null: ones. */
  readonly initialDeviation: number | null
}

/** Parameters by their stored names, in the order of the forward pass. */
export function parametersOf(shape: ModelShape): Parameter[] {
  const { width, layers, heads, kvHeads, headSize, hidden, vocabSize, tied } = shape
  // LAB.md's initialisation; a tied embedding is also the head and takes the head's scale.
  const fan = (inputs: number, factor = 1) => factor / Math.sqrt(inputs)
  const residual = 1 / Math.sqrt(2 * layers)
  const list = [whole('embed', part('model.embed_tokens.weight', [vocabSize, width], tied ? fan(width, 0.5) : 0.5))]
  for (let i = 0; i < layers; i++) {
    const hf = `model.layers.${i}`
    const projection = (name: string, rows: number, isRotary: boolean) =>
      part(`${hf}.self_attn.${name}_proj.weight`, [rows * headSize, width], fan(width), isRotary)
    list.push(
      whole(`layer${i}.attention_norm`, part(`${hf}.input_layernorm.weight`, [width], null)),
      stack(`layer${i}.qkv`, [
        projection('q', heads, true),
        projection('k', kvHeads, true),
        projection('v', kvHeads, false),
      ]),
      whole(
        `layer${i}.out`,
        part(`${hf}.self_attn.o_proj.weight`, [width, heads * headSize], fan(heads * headSize, residual)),
      ),
      whole(`layer${i}.mlp_norm`, part(`${hf}.post_attention_layernorm.weight`, [width], null)),
      whole(`layer${i}.gate`, part(`${hf}.mlp.gate_proj.weight`, [hidden, width], fan(width))),
      whole(`layer${i}.up`, part(`${hf}.mlp.up_proj.weight`, [hidden, width], fan(width))),
      whole(`layer${i}.down`, part(`${hf}.mlp.down_proj.weight`, [width, hidden], fan(hidden, residual))),
    )
  }
  list.push(whole('norm', part('model.norm.weight', [width], null)))
  if (!tied) list.push(whole('head', part('lm_head.weight', [vocabSize, width], fan(width, 0.5))))
  return list
}

/** The name of the stored parameter that the output head multiplies with. */
export const headOf = ({ tied }: ModelShape): string => (tied ? 'embed' : 'head')

export const parameterCount = (shape: ModelShape): number =>
  parametersOf(shape).reduce((sum, parameter) => sum + parameter.shape.reduce((a, b) => a * b, 1), 0)

const part = (name: string, shape: readonly number[], initialDeviation: number | null, isRotary = false): Part => ({
  name,
  shape,
  initialDeviation,
  isRotary,
})

const whole = (name: string, only: Part): Parameter => ({ name, shape: only.shape, parts: [only] })

const stack = (name: string, parts: readonly Part[]): Parameter => ({
  name,
  shape: [parts.reduce((rows, { shape }) => rows + shape[0]!, 0), parts[0]!.shape[1]!],
  parts,
})
