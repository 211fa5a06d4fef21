/** What a model is called in lists, apart from the spec's schemas: the page reads it. */
import type { ModelRef } from './model-ref.ts'

/** A preset's name; a folder's last part, with its adapter: `SmolLM2-135M`, `Qwen2.5-0.5B, LoRA 16`. */
export function modelName(model: ModelRef): string {
  if (typeof model === 'string') return model
  const name =
    model.folder
      .split(/[/\\]+/)
      .filter((part) => part !== '')
      .at(-1) ?? model.folder
  return model.tune === 'full' ? name : `${name}, LoRA ${model.tune.lora.rank}`
}
