/** Weights that lie on disk until they are asked for, in the form that a policy takes. */
import type { Weight } from '../../policy.ts'
import type { StoredTensor } from './safetensors-file.ts'

/** A map whose entries know their shape at once and read their numbers at each access of `data`. */
export class LazyWeights extends Map<string, Weight> {
  constructor(tensors: ReadonlyMap<string, StoredTensor>) {
    super()
    for (const [name, tensor] of tensors) {
      this.set(name, {
        shape: tensor.shape,
        get data() {
          return tensor.read()
        },
      })
    }
  }
}
