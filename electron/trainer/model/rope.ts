/**
 * Rotary position embedding (arXiv 2104.09864), as a product of complex numbers: the pair (x_2j, x_2j+1) of a head is one
 * number, and position p turns it by p / base^(2j/hd). Multiplying is one pass over memory; turning halves of a head by
 * sines, cosines, splits and joins is eight.
 *
 * Hugging Face pairs x_j with x_j+hd/2 instead. Both give the same scores q·k once the rows of the q and k projections are
 * permuted, which `layout.ts` does where weights enter and leave.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { ModelShape } from '#shared/experiment/presets.ts'
import { DType } from '../tensor/dtype.ts'
import { raw } from '../tensor/raw.ts'
import { ropeFrequencies } from './rope-frequencies.ts'

/** Heads of a joint projection: first q, then k, then v. */
export interface HeadCounts {
  readonly q: number
  readonly kv: number
}

/** Traces use sizes of up to a few dozen (`generalise.ts`), also for models of shorter sequences. */
const fewestPositions = 64

/** (cos, sin) of each position and pair: [positions, headSize], pairs interleaved. Worked out in double precision. */
export function rotationTable(shape: ModelShape): Float32Array {
  const { headSize, maxLength } = shape
  const { frequencies, attentionFactor } = ropeFrequencies(shape)
  const positions = Math.max(maxLength, fewestPositions)
  const table = new Float32Array(positions * headSize)
  for (let position = 0; position < positions; position++) {
    for (let pair = 0; pair < headSize / 2; pair++) {
      const angle = position * frequencies[pair]!
      table[position * headSize + 2 * pair] = attentionFactor * Math.cos(angle)
      table[position * headSize + 2 * pair + 1] = attentionFactor * Math.sin(angle)
    }
  }
  return table
}

/** The table as a tensor. */
export function rotations(shape: ModelShape): Tensor2D {
  const table = rotationTable(shape)
  return tf.tensor2d(table, [table.length / shape.headSize, shape.headSize])
}

/**
 * The factor of every number in a joint projection of q, k and v, as complex numbers: q turned and scaled by 1/√hd (the
 * scores' scale costs nothing here), k turned, v left alone.
 * Shapes  turns [P, hd] float, rows of `rotations`; result [P, (q + 2 kv) hd / 2] complex.
 */
export function jointFactors(turns: Tensor2D, { q, kv }: HeadCounts): Tensor2D {
  const [positions, headSize] = turns.shape
  const still = tf.tensor2d(
    Float32Array.from({ length: headSize }, (_, i) => (i + 1) % 2),
    [1, headSize],
  )
  const parts = [
    tf.tile(tf.mul(turns, 1 / Math.sqrt(headSize)), [1, q]),
    tf.tile(turns, [1, kv]),
    tf.tile(still, [positions, kv]),
  ]
  return asComplex(tf.concat(parts, 1), [positions, ((q + 2 * kv) * headSize) / 2]) as Tensor2D
}

export const conjugate = (z: Tensor): Tensor => raw('Conj', [z], { T: { type: DType.complex64 } })

/** x ∘ factors, where x [.., 2 n] holds pairs and factors [.., n] are complex; broadcast along a leading 1. */
export function turn(x: Tensor, factors: Tensor): Tensor {
  const pairs = [...factors.shape]
  pairs[0] = x.size / 2 / factors.shape.slice(1).reduce((a, b) => a * b, 1)
  const turned = raw('Mul', [asComplex(x, pairs), factors], { T: { type: DType.complex64 } })
  return tf.reshape(raw('Bitcast', [turned], { T: { type: DType.complex64 }, type: { type: DType.float32 } }), x.shape)
}

/** The same memory, seen as complex numbers of the given shape. */
const asComplex = (x: Tensor, shape: number[]): Tensor =>
  raw('Bitcast', [tf.reshape(x, [...shape, 2])], { T: { type: DType.float32 }, type: { type: DType.complex64 } })
