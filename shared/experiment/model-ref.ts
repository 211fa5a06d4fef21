/** Which model a run trains: a preset with weights from the seed, or a checkpoint folder in Hugging Face's form. */
import * as z from 'zod'
import { loraTargets } from './lora-targets.ts'
import { modelPresetNames } from './presets.ts'

/** Low-rank adapters (arXiv 2106.09685): W + alpha / rank B A on the named projections, everything else frozen. */
export const LoraSettings = z.strictObject({
  rank: z.int().positive().max(1024).default(16),
  alpha: z.number().positive().default(32),
  targets: z
    .array(z.enum(loraTargets))
    .min(1)
    .default([...loraTargets])
    .refine((targets) => new Set(targets).size === targets.length, 'a projection is named twice'),
})
export type LoraSettings = z.infer<typeof LoraSettings>

export const ModelFolder = z.strictObject({
  /** Holds config.json, *.safetensors and tokenizer.json. */
  folder: z.string().min(1).max(4096),
  tune: z.union([z.literal('full'), z.strictObject({ lora: LoraSettings })]).default('full'),
})
export type ModelFolder = z.infer<typeof ModelFolder>

export const ModelRef = z.union([z.enum(modelPresetNames), ModelFolder], {
  error: `a preset (${modelPresetNames.join(', ')}) or { folder: DIR, tune: full }`,
})
export type ModelRef = z.infer<typeof ModelRef>
