import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '@tensorflow/tfjs'

type Named = Readonly<Record<string, Tensor>>

export interface Differentiable<Inputs extends Named, Constants extends Named, Kept extends Named, T extends Tensor> {
  /** What gradients are wanted for. */
  readonly inputs: Inputs
  /** What `backward` needs besides, and has no gradient. */
  readonly constants?: Constants
  /** The value, and what of the way there `backward` needs. */
  readonly forward: () => { value: T; keep?: Kept }
  /** The gradient of each input. All tensors come as arguments: by then tfjs has disposed of those closed over. */
  readonly backward: (dy: T, tensors: Inputs & Constants & Kept) => { readonly [name in keyof Inputs]: Tensor }
}

/** An operation whose gradient is written by hand: fewer and larger operations than the tape would find by itself. */
export function differentiable<Inputs extends Named, Constants extends Named, Kept extends Named, T extends Tensor>(
  operation: Differentiable<Inputs, Constants, Kept, T>,
): T {
  const { inputs, constants, forward, backward } = operation
  const names = Object.keys(inputs)
  const run = tf.customGrad((...given: unknown[]) => {
    const save = given.at(-1) as tf.GradSaveFunc
    const { value, keep } = forward()
    const saved = { ...inputs, ...constants, ...keep }
    save(Object.values(saved))
    const gradFunc = (dy: Tensor, tensors: Tensor[]) => {
      const named = Object.fromEntries(Object.keys(saved).map((name, i) => [name, tensors[i]!]))
      const gradients = backward(dy as T, named as Inputs & Constants & Kept)
      // tfjs wants a lone gradient bare, several as a list.
      return names.length === 1 ? gradients[names[0]!]! : names.map((name) => gradients[name]!)
    }
    return { value, gradFunc }
  })
  return run(...Object.values(inputs)) as T
}
