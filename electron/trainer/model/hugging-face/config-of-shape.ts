/** A model's shape as `config.json`, for models that were born here; the inverse of `shapeOfConfig`. */
import type { ModelShape } from '#shared/experiment/presets.ts'
import type { RopeScaling } from '#shared/experiment/rope-scaling.ts'

const architectures = { llama: 'LlamaForCausalLM', qwen2: 'Qwen2ForCausalLM', qwen3: 'Qwen3ForCausalLM' } as const

/** Rotary fields in the form that transformers 4 and 5 both read. */
export function configOfShape(shape: ModelShape): Record<string, unknown> {
  const { ropeScaling } = shape
  return {
    architectures: [architectures[shape.family]],
    model_type: shape.family,
    vocab_size: shape.vocabSize,
    hidden_size: shape.width,
    intermediate_size: shape.hidden,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.kvHeads,
    head_dim: shape.headSize,
    hidden_act: 'silu',
    max_position_embeddings: ropeScaling?.kind === 'dynamic' ? ropeScaling.trainedLength : shape.maxLength,
    rms_norm_eps: shape.normEps,
    rope_theta: shape.ropeBase,
    ...(ropeScaling && { rope_scaling: scalingFields(ropeScaling) }),
    tie_word_embeddings: shape.tied,
    attention_bias: false,
    ...(shape.family === 'llama' && { mlp_bias: false }),
  }
}

function scalingFields(scaling: RopeScaling): Record<string, unknown> {
  const common = { rope_type: scaling.kind, factor: scaling.factor }
  switch (scaling.kind) {
    case 'linear':
    case 'dynamic':
      return common
    case 'llama3':
      return {
        ...common,
        low_freq_factor: scaling.lowFrequency,
        high_freq_factor: scaling.highFrequency,
        original_max_position_embeddings: scaling.trainedLength,
      }
    case 'yarn':
      return {
        ...common,
        original_max_position_embeddings: scaling.trainedLength,
        beta_fast: scaling.betaFast,
        beta_slow: scaling.betaSlow,
        truncate: scaling.truncate,
        attention_factor: scaling.attentionFactor,
      }
  }
}
