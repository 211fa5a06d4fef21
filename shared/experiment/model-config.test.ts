import { describe, expect, it } from 'vitest'
import { shapeOfConfig } from './model-config.ts'

const base = {
  model_type: 'llama',
  vocab_size: 49152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  max_position_embeddings: 8192,
  rms_norm_eps: 1e-5,
  rope_theta: 100000,
  tie_word_embeddings: true,
  hidden_act: 'silu',
}
const of = (change: Record<string, unknown>) => shapeOfConfig({ ...base, ...change }, 'config.json')
const refusal = (change: Record<string, unknown>) => {
  try {
    of(change)
  } catch (error) {
    return error
  }
  return undefined
}

describe('the shape of a configuration', () => {
  it('SmolLM2', () =>
    expect(of({})).toEqual({
      family: 'llama',
      vocabSize: 49152,
      width: 576,
      layers: 30,
      heads: 9,
      kvHeads: 3,
      headSize: 64,
      hidden: 1536,
      ropeBase: 100000,
      normEps: 1e-5,
      tied: true,
      maxLength: 8192,
    }))

  it("takes the library's defaults for what is not said", () => {
    const { rms_norm_eps: _eps, rope_theta: _theta, tie_word_embeddings: _tied, hidden_act: _act, ...bare } = base
    expect(shapeOfConfig(bare, 'config.json')).toMatchObject({ normEps: 1e-6, ropeBase: 10_000, tied: false })
    expect(of({ num_key_value_heads: null })).toMatchObject({ kvHeads: 9 })
    expect(of({ model_type: 'qwen3' })).toMatchObject({ headSize: 128 }) // whatever width and heads are
    expect(of({ head_dim: 96 })).toMatchObject({ headSize: 96 })
  })

  it('Qwen2.5, whose window is there and not used', () =>
    expect(
      of({ model_type: 'qwen2', sliding_window: 32768, use_sliding_window: false, max_window_layers: 21 }),
    ).toMatchObject({ family: 'qwen2' }))

  it.each([
    [
      { type: 'linear', factor: 2 },
      { kind: 'linear', factor: 2 },
    ],
    [
      { rope_type: 'dynamic', factor: 2 },
      { kind: 'dynamic', factor: 2, trainedLength: 8192 },
    ],
    [
      { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 4096 }, // prettier-ignore
      { kind: 'llama3', factor: 8, lowFrequency: 1, highFrequency: 4, trainedLength: 4096 },
    ],
    [
      { type: 'yarn', factor: 4, original_max_position_embeddings: 2048 },
      { kind: 'yarn', factor: 4, trainedLength: 2048, betaFast: 32, betaSlow: 1, truncate: true, attentionFactor: 0.1 * Math.log(4) + 1 }, // prettier-ignore
    ],
    [{ rope_type: 'default' }, undefined],
  ])('rotary scaling %o', (rope_scaling, expected) => {
    expect(of({ rope_scaling }).ropeScaling).toEqual(expected)
    // Since transformers 5 the base stands beside it.
    const modern = of({ rope_scaling: null, rope_theta: undefined, rope_parameters: { ...rope_scaling, rope_theta: 77 } }) // prettier-ignore
    expect([modern.ropeScaling, modern.ropeBase]).toEqual([expected, 77])
  })

  it('yarn with two mscales, as DeepSeek gives them', () =>
    expect(of({ rope_scaling: { type: 'yarn', factor: 40, mscale: 0.7, mscale_all_dim: 1 } }).ropeScaling).toMatchObject({ attentionFactor: (0.07 * Math.log(40) + 1) / (0.1 * Math.log(40) + 1) })) // prettier-ignore
})

describe('is refused by field', () => {
  it.each([
    [{ model_type: 'gpt2' }, 'model_type', 'gpt2'],
    [{ model_type: undefined }, 'model_type', 'architecture'],
    [{ hidden_act: 'gelu' }, 'hidden_act', 'silu'],
    [{ attention_bias: true }, 'attention_bias', ''],
    [{ mlp_bias: true }, 'mlp_bias', ''],
    [{ use_sliding_window: true }, 'use_sliding_window', ''],
    [{ layer_types: ['full_attention', 'sliding_attention'] }, 'layer_types.1', ''],
    [{ quantization_config: { quant_method: 'gptq' } }, 'quantization_config', 'quantised'],
    [{ hidden_size: -1 }, 'hidden_size', ''],
    [{ num_hidden_layers: undefined }, 'num_hidden_layers', ''],
    [{ num_key_value_heads: 4 }, 'num_key_value_heads', '9 heads'],
    [{ num_attention_heads: 7, num_key_value_heads: 7 }, 'head_dim', 'even'],
    [{ rope_scaling: { rope_type: 'longrope', factor: 2 } }, 'rope_scaling.rope_type', 'longrope'],
    [{ rope_scaling: { rope_type: 'linear' } }, 'rope_scaling.factor', 'linear'],
    [{ rope_parameters: { rope_type: 'llama3', factor: 8 } }, 'rope_parameters.low_freq_factor', 'llama3'],
    [{ rope_parameters: { partial_rotary_factor: 0.5 } }, 'rope_parameters.partial_rotary_factor', ''],
  ])('%o', (change, field, said) => {
    expect(refusal(change)).toMatchObject({
      code: 'input.invalid',
      input: `config.json, field "${field}"`,
      message: expect.stringContaining(said),
      remedy: expect.stringMatching(/./),
    })
  })

  it('what is no configuration at all', () => {
    for (const given of [null, 7, 'x', []])
      expect(() => shapeOfConfig(given, 'config.json')).toThrow(expect.objectContaining({ code: 'input.invalid' }))
  })
})
