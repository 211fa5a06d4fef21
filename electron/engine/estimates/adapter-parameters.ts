/** Parameters of a model's adapters: r (in + out) for each named projection of each layer. */
import type { LoraSettings } from '#shared/experiment/model-ref.ts'
import type { ModelShape } from '#shared/experiment/presets.ts'

export function adapterParameters(
  shape: ModelShape,
  { rank, targets }: Pick<LoraSettings, 'rank' | 'targets'>,
): number {
  const { width, hidden, heads, kvHeads, headSize, layers } = shape
  const sides: Readonly<Record<LoraSettings['targets'][number], number>> = {
    q_proj: width + heads * headSize,
    k_proj: width + kvHeads * headSize,
    v_proj: width + kvHeads * headSize,
    o_proj: heads * headSize + width,
    gate_proj: width + hidden,
    up_proj: width + hidden,
    down_proj: hidden + width,
  }
  return layers * rank * targets.reduce((sum, target) => sum + sides[target], 0)
}
