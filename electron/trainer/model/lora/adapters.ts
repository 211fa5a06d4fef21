/**
 * Low-rank adapters (LoRA, arXiv 2106.09685) as parameters: W x becomes W x + α/r B (A x), with W frozen, A [r, in] and B [out, r].
 * Names, initialisation (A uniform in ±1/√in, as PyTorch's linear layers; B zero, so that training starts at the base) and
 * scaling as PEFT's.
 */
import type { LoraSettings } from '#shared/experiment/model-ref.ts'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { part, stack, whole, type Parameter } from '../parameter.ts'

/** A model, and the adapters through which alone it is trained. */
export interface TunedShape extends ModelShape {
  readonly lora?: LoraSettings
}

/** A shape with the adapters that a policy's options ask for. */
export const tunedShape = ({
  shape,
  lora,
}: {
  readonly shape: ModelShape
  readonly lora?: LoraSettings
}): TunedShape => (lora ? { ...shape, lora: { rank: lora.rank, alpha: lora.alpha, targets: lora.targets } } : shape)

export type LoraTarget = LoraSettings['targets'][number]

/** A projection that an adapter can stand on: Hugging Face's module and the sizes of its weight. */
export interface Projection {
  readonly target: LoraTarget
  /** `model.layers.0.self_attn.q_proj` */
  readonly module: string
  readonly outputs: number
  readonly inputs: number
  readonly isRotary: boolean
}

/** All projections of a layer, grouped by the stored parameter that holds their weights. */
export function projectionsOf(shape: ModelShape, layer: number): Readonly<Record<StoredProjection, Projection[]>> {
  const { width, heads, kvHeads, headSize, hidden } = shape
  const projection = (target: LoraTarget, outputs: number, inputs: number, isRotary = false): Projection => {
    const block = target === 'gate_proj' || target === 'up_proj' || target === 'down_proj' ? 'mlp' : 'self_attn'
    return { target, module: `model.layers.${layer}.${block}.${target}`, outputs, inputs, isRotary }
  }
  return {
    qkv: [
      projection('q_proj', heads * headSize, width, true),
      projection('k_proj', kvHeads * headSize, width, true),
      projection('v_proj', kvHeads * headSize, width),
    ],
    out: [projection('o_proj', width, heads * headSize)],
    gate: [projection('gate_proj', hidden, width)],
    up: [projection('up_proj', hidden, width)],
    down: [projection('down_proj', width, hidden)],
  }
}

export type StoredProjection = 'qkv' | 'out' | 'gate' | 'up' | 'down'

/** PEFT's name of an adapter's matrix. */
export const adapterName = (module: string, matrix: 'A' | 'B'): string =>
  `base_model.model.${module}.lora_${matrix}.weight`

/**
 * Adapters as stored: for each stored projection with targets in it one `<name>.a` (all its A's, one below the other: one product)
 * and a `<name>.b.<target>` for each target.
 */
export function adaptersOf(shape: TunedShape): Parameter[] {
  const { lora, layers } = shape
  if (!lora) return []
  return Array.from({ length: layers }, (_, layer) =>
    Object.entries(projectionsOf(shape, layer)).flatMap(([stored, projections]) => {
      const targets = projections.filter(({ target }) => lora.targets.includes(target))
      if (targets.length === 0) return []
      const name = `layer${layer}.${stored}`
      const down = targets.map(({ module, inputs }) =>
        part(adapterName(module, 'A'), [lora.rank, inputs], { bound: 1 / Math.sqrt(inputs) }),
      )
      const up = targets.map(({ target, module, outputs, isRotary }): Parameter => {
        return whole(
          `${name}.b.${target}`,
          part(adapterName(module, 'B'), [outputs, lora.rank], { everywhere: 0 }, isRotary),
        )
      })
      return [{ name: `${name}.a`, ...stack(down) }, ...up]
    }),
  ).flat()
}
