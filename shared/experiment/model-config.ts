/**
 * Hugging Face's `config.json` as a model's shape: Llama, Qwen2/2.5 and Qwen3. Strict: what would make another model of it
 * (another activation, a sliding window, an unknown rotary scaling) is refused and named, never ignored.
 * Source  transformers 5.24: configuration_llama.py, configuration_qwen2.py, configuration_qwen3.py, modeling_rope_utils.py.
 */
import * as z from 'zod'
import { Failure } from '../contract/failure.ts'
import type { ModelShape } from './presets.ts'
import type { RopeScaling } from './rope-scaling.ts'

const count = z.int().positive()
const share = z.number().positive()

const Rope = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(), // rope_type's older name
  rope_theta: share.optional(),
  factor: share.nullish(),
  low_freq_factor: share.optional(),
  high_freq_factor: share.optional(),
  original_max_position_embeddings: count.optional(),
  attention_factor: share.nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  beta_fast: z.number().nullish(),
  beta_slow: z.number().nullish(),
  truncate: z.boolean().nullish(),
  partial_rotary_factor: z.number().nullish(),
})
type Rope = z.infer<typeof Rope>

const Config = z.looseObject({
  model_type: z.enum(['llama', 'qwen2', 'qwen3']),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  intermediate_size: count,
  max_position_embeddings: count,
  rms_norm_eps: share.default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  hidden_act: z.literal('silu').default('silu'),
  attention_bias: z.literal(false).nullish(),
  mlp_bias: z.literal(false).nullish(),
  use_sliding_window: z.literal(false).nullish(),
  partial_rotary_factor: z.literal(1).nullish(),
  layer_types: z.array(z.literal('full_attention')).nullish(),
  quantization_config: z.null().optional(),
  rope_theta: share.nullish(),
  rope_scaling: Rope.nullish(),
  rope_parameters: Rope.nullish(), // since transformers 5, with rope_theta inside
})
type Config = z.infer<typeof Config>

/**
 * The shape of the model that a parsed `config.json` describes; `maxLength` is its longest text. `place` (the file) is named in
 * errors.
 * @throws Failure 'input.invalid' naming the field that is missing, impossible, or of a model that Switchpoint does not know.
 */
export function shapeOfConfig(config: unknown, place: string): ModelShape {
  const parsed = Config.safeParse(config)
  if (!parsed.success) throw refusal(parsed.error.issues[0]!, config, place)
  const c = parsed.data
  const heads = c.num_attention_heads
  const shape: ModelShape = {
    family: c.model_type,
    vocabSize: c.vocab_size,
    width: c.hidden_size,
    layers: c.num_hidden_layers,
    heads,
    kvHeads: c.num_key_value_heads ?? heads,
    headSize: c.head_dim ?? (c.model_type === 'qwen3' ? 128 : c.hidden_size / heads),
    hidden: c.intermediate_size,
    ropeBase: c.rope_parameters?.rope_theta ?? c.rope_theta ?? 10_000,
    normEps: c.rms_norm_eps,
    tied: c.tie_word_embeddings,
    maxLength: c.max_position_embeddings,
  }
  const ropeScaling = scalingOf(c, place)
  checkHeads(shape, place)
  return ropeScaling ? { ...shape, ropeScaling } : shape
}

function scalingOf(config: Config, place: string): RopeScaling | null {
  const from = config.rope_parameters ?? config.rope_scaling
  if (!from) return null
  const field = config.rope_parameters ? 'rope_parameters' : 'rope_scaling'
  const need = (name: 'factor' | 'low_freq_factor' | 'high_freq_factor'): number => {
    const value = from[name]
    if (typeof value === 'number') return value
    throw invalid(`${place}, field "${field}.${name}"`, `Rotary scaling of type ${kind} needs ${name}.`)
  }
  if ((from.partial_rotary_factor ?? 1) !== 1)
    throw invalid(`${place}, field "${field}.partial_rotary_factor"`, 'Heads that turn only in part are not supported.')
  const kind = from.rope_type ?? from.type ?? 'default'
  const trainedLength = from.original_max_position_embeddings ?? config.max_position_embeddings
  switch (kind) {
    case 'default':
      return null
    case 'linear':
      return { kind, factor: need('factor') }
    case 'dynamic':
      return { kind, factor: need('factor'), trainedLength: config.max_position_embeddings }
    case 'llama3':
      return {
        kind,
        factor: need('factor'),
        lowFrequency: need('low_freq_factor'),
        highFrequency: need('high_freq_factor'),
        trainedLength,
      }
    case 'yarn': {
      const factor = from.factor ?? config.max_position_embeddings / trainedLength
      return {
        kind,
        factor,
        trainedLength,
        betaFast: from.beta_fast || 32,
        betaSlow: from.beta_slow || 1,
        truncate: from.truncate ?? true,
        attentionFactor: yarnAttentionFactor(from, factor),
      }
    }
    default:
      throw invalid(
        `${place}, field "${field}.rope_type"`,
        `Rotary scaling "${kind}" is not supported; default, linear, dynamic, llama3 and yarn are.`,
      )
  }
}

/** YaRN's 0.1 ln(s) + 1, or the two mscales that some models give instead. */
function yarnAttentionFactor({ attention_factor, mscale, mscale_all_dim }: Rope, factor: number): number {
  const scale = (m: number) => (factor <= 1 ? 1 : 0.1 * m * Math.log(factor) + 1)
  return attention_factor ?? (mscale && mscale_all_dim ? scale(mscale) / scale(mscale_all_dim) : scale(1))
}

function checkHeads({ heads, kvHeads, headSize }: ModelShape, place: string): void {
  if (!Number.isInteger(headSize) || headSize % 2 !== 0)
    throw invalid(`${place}, field "head_dim"`, `A head of ${headSize} numbers cannot be: it must be a whole, even number.`) // prettier-ignore
  if (heads % kvHeads !== 0)
    throw invalid(
      `${place}, field "num_key_value_heads"`,
      `${heads} heads cannot share ${kvHeads} key-value heads evenly.`,
    )
}

function refusal(issue: z.core.$ZodIssue, config: unknown, place: string): Failure {
  const field = issue.path.join('.')
  const modelType = (config as { model_type?: unknown } | null)?.model_type
  if (field === 'model_type')
    return invalid(
      `${place}, field "model_type"`,
      `The architecture ${JSON.stringify(modelType) ?? '(none)'} is not supported.`,
      'Choose a Llama, Qwen2, Qwen2.5 or Qwen3 model (model_type llama, qwen2 or qwen3).',
    )
  if (field === 'quantization_config')
    return invalid(
      `${place}, field "quantization_config"`,
      'The weights are quantised; training needs them as f32, bf16 or f16.',
      'Choose the unquantised model, or save it dequantised.',
    )
  return invalid(field ? `${place}, field "${field}"` : place, `The model's configuration cannot be used: ${issue.message}.`) // prettier-ignore
}

const invalid = (input: string, message: string, remedy?: string) =>
  new Failure({
    code: 'input.invalid',
    message,
    input,
    remedy: remedy ?? 'Choose another model; this one computes something that Switchpoint does not.',
  })
