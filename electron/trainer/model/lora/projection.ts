import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { linear, product } from '../linear.ts'
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

/** The stored weight with its adapters in it, W + α/r B A: what `project` computes is x times its transpose. */
export function mergedProjection(
  weight: (name: string) => Tensor2D,
  name: StoredProjection,
  shape: TunedShape,
): Tensor2D {
  const whole = weight(name)
  const { lora } = shape
  const projections = projectionsOf(shape, 0)[name]
  const targets = projections.map(({ target }) => target).filter((target) => lora?.targets.includes(target))
  if (!lora || targets.length === 0) return whole
  let first = 0
  const parts = projections.map(({ target, outputs, inputs }): Tensor2D => {
    const own: Tensor2D = tf.slice(whole, [first, 0], [outputs, inputs])
    first += outputs
    const place = targets.indexOf(target)
    if (place < 0) return own
    const low: Tensor2D = tf.slice(weight(`${name}.a`), [place * lora.rank, 0], [lora.rank, inputs])
    return tf.add(own, tf.mul(product(weight(`${name}.b.${target}`), low), lora.alpha / lora.rank))
  })
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 0)
}
