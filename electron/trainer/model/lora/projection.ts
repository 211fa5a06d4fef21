import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { linear } from '../linear.ts'
import { projectionsOf, type StoredProjection, type TunedShape } from './adapters.ts'

/**
 * y = x Wᵀ, and where adapters stand on it + α/r (x Aᵀ) Bᵀ.
 * Shapes  x [N, in], y [N, out]; the A's of a joint projection are one [r targets, in], each B [out of its target, r].
 */
export function project(
  x: Tensor2D,
  weight: (name: string) => Tensor2D,
  name: StoredProjection,
  shape: TunedShape,
): Tensor2D {
  const y = linear(x, weight(name))
  const { lora } = shape
  if (!lora) return y
  const projections = projectionsOf(shape, 0)[name] // sizes and targets are the same in all layers
  const targets = projections.map(({ target }) => target).filter((target) => lora.targets.includes(target))
  if (targets.length === 0) return y
  const rows = x.shape[0]
  const low = tf.mul(linear(x, weight(`${name}.a`)), lora.alpha / lora.rank)
  const additions = projections.map(({ target, outputs }): Tensor2D => {
    const place = targets.indexOf(target)
    if (place < 0) return tf.zeros([rows, outputs])
    const own = targets.length === 1 ? low : tf.slice(low, [0, place * lora.rank], [rows, lora.rank])
    return linear(own as Tensor2D, weight(`${name}.b.${target}`))
  })
  return tf.add(y, additions.length === 1 ? additions[0]! : tf.concat(additions, 1))
}
