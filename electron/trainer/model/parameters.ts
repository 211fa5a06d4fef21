/**
 * A model's parameters as they are stored: fewer and larger than Hugging Face's. The projections of q, k and v are one matrix
 * (one product instead of three), so a stored parameter names the Hugging Face tensors that it is stacked from.
 */
import type { ModelShape } from '#shared/experiment/presets.ts'
import { sizeOf } from '../tensor/dtype.ts'
import { adaptersOf, type TunedShape } from './lora/adapters.ts'
import { part, stack, whole, type Initial, type Parameter, type Part } from './parameter.ts'

/** All of a model's parameters by their stored names, in the order of the forward pass. */
export const parametersOf = (shape: TunedShape): Parameter[] => [...modelParameters(shape), ...adaptersOf(shape)]

/** Those that a policy trains, reads and writes: all, or adapters alone. */
export const trainedParameters = (shape: TunedShape): Parameter[] =>
  shape.lora ? adaptersOf(shape) : modelParameters(shape)

/** Those that stay as they are: none, or the model below its adapters. */
export const frozenParameters = (shape: TunedShape): Parameter[] => (shape.lora ? modelParameters(shape) : [])

export const partsOf = (parameters: readonly Parameter[]): Part[] => parameters.flatMap(({ parts }) => parts)

/** The model without adapters. */
export function modelParameters(shape: ModelShape): Parameter[] {
  const { family, width, layers, heads, kvHeads, headSize, hidden, vocabSize, tied } = shape
  // LAB.md's initialisation; a tied embedding is also the head and takes the head's scale.
  const fan = (inputs: number, factor = 1): Initial => ({ deviation: factor / Math.sqrt(inputs) })
  const ones: Initial = { everywhere: 1 }
  const residual = 1 / Math.sqrt(2 * layers)
  const embedding = tied ? fan(width, 0.5) : { deviation: 0.5 }
  const list = [whole('embed', part('model.embed_tokens.weight', [vocabSize, width], embedding))]
  for (let i = 0; i < layers; i++) {
    const hf = `model.layers.${i}`
    const joint = (what: 'weight' | 'bias', columns: readonly number[], initial: Initial) =>
      stack([
        part(`${hf}.self_attn.q_proj.${what}`, [heads * headSize, ...columns], initial, true),
        part(`${hf}.self_attn.k_proj.${what}`, [kvHeads * headSize, ...columns], initial, true),
        part(`${hf}.self_attn.v_proj.${what}`, [kvHeads * headSize, ...columns], initial),
      ])
    list.push(whole(`layer${i}.attention_norm`, part(`${hf}.input_layernorm.weight`, [width], ones)), {
      name: `layer${i}.qkv`,
      ...joint('weight', [width], fan(width)),
    })
    if (family === 'qwen2') list.push({ name: `layer${i}.qkv_bias`, ...joint('bias', [], { everywhere: 0 }) })
    if (family === 'qwen3')
      list.push(
        whole(`layer${i}.q_norm`, part(`${hf}.self_attn.q_norm.weight`, [headSize], ones, true)),
        whole(`layer${i}.k_norm`, part(`${hf}.self_attn.k_norm.weight`, [headSize], ones, true)),
      )
    list.push(
      whole(
        `layer${i}.out`,
        part(`${hf}.self_attn.o_proj.weight`, [width, heads * headSize], fan(heads * headSize, residual)),
      ),
      whole(`layer${i}.mlp_norm`, part(`${hf}.post_attention_layernorm.weight`, [width], ones)),
      whole(`layer${i}.gate`, part(`${hf}.mlp.gate_proj.weight`, [hidden, width], fan(width))),
      whole(`layer${i}.up`, part(`${hf}.mlp.up_proj.weight`, [hidden, width], fan(width))),
      whole(`layer${i}.down`, part(`${hf}.mlp.down_proj.weight`, [width, hidden], fan(hidden, residual))),
    )
  }
  list.push(whole('norm', part('model.norm.weight', [width], ones)))
  if (!tied) list.push(whole('head', part('lm_head.weight', [vocabSize, width], fan(width, 0.5))))
  return list
}

/** The name of the stored parameter that the output head multiplies with. */
export const headOf = ({ tied }: ModelShape): string => (tied ? 'embed' : 'head')

/** Numbers in the model, adapters left out. */
export const parameterCount = (shape: ModelShape): number =>
  modelParameters(shape).reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0)
