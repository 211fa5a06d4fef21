/** Weights that lie on disk until they are asked for, in the form that a policy takes. */
import type { PolicyState } from '../../policy.ts'
import type { StoredTensor } from './safetensors-file.ts'

type Weight = PolicyState['weights'] extends ReadonlyMap<string, infer W> ? W : never

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
