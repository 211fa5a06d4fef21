/** Every hand-written gradient against tfjs' tape on the formula spelt out, and rotary positions against Hugging Face's pairing. */
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { dice, toyShape } from '../fixtures/toy-policy.ts'
import { loadBackend } from '../tensor/backend.ts'
import { attention, positionsOf } from './attention.ts'
import { rowsOf } from './embedding.ts'
import { entropies, logProbabilities } from './language-head.ts'
import { addConstantBias, linear } from './linear.ts'
import { rmsNorm } from './rms-norm.ts'
import { gatedUnit } from './swiglu.ts'
import { turnsUpTo } from './transformer.ts'

beforeAll(() => void loadBackend(2))

function numbers(shape: number[], seed: number): Tensor {
  const next = dice(seed)
  const size = shape.reduce((a, b) => a * b, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => 3 * next() - 1.5),
    shape,
  )
}

/** Value and gradients of Σ c ∘ f(inputs), c uneven, so that no symmetry hides a mistake. */
function valueAndGradients(f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[]): number[][] {
  const weighted = (...given: Tensor[]): Scalar => {
    const y = f(...given)
    return tf.sum(tf.mul(y, numbers(y.shape, 99))) as Scalar
  }
  const value = f(...inputs)
  return [value, ...tf.valueAndGrads(weighted)(inputs).grads].map((tensor) => [...tensor.dataSync()])
}

function expectSame(
  ours: (...inputs: Tensor[]) => Tensor,
  spelt: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
): void {
  const [a, b] = [valueAndGradients(ours, inputs), valueAndGradients(spelt, inputs)]
  expect(a.map((list) => list.length)).toEqual(b.map((list) => list.length))
  a.forEach((list, i) => {
    const scale = Math.max(1e-3, ...b[i]!.map(Math.abs))
    list.forEach((value, j) =>
      expect(Math.abs(value - b[i]![j]!) / scale, `tensor ${i}, number ${j}`).toBeLessThan(2e-6),
    )
  })
}

const within = (run: () => void) => () => void tf.tidy(() => run())

describe('hand-written gradients', () => {
  it('linear', within(() => expectSame(
    (x, w) => linear(x as Tensor2D, w as Tensor2D),
    (x, w) => tf.matMul(x as Tensor2D, w as Tensor2D, false, true),
    [numbers([5, 3], 1), numbers([4, 3], 2)],
  ))) // prettier-ignore

  it('RMSNorm', within(() => expectSame(
    (x, g) => rmsNorm(x as Tensor2D, g as Tensor1D, 1e-3),
    (x, g) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), 1e-3))), g),
    [numbers([5, 6], 3), numbers([6], 4)],
  ))) // prettier-ignore

  it('the gated unit', within(() => expectSame(
    (g, u) => gatedUnit(g as Tensor2D, u as Tensor2D),
    (g, u) => tf.mul(tf.mul(g, tf.sigmoid(g)), u),
    [numbers([5, 6], 5), numbers([5, 6], 6)],
  ))) // prettier-ignore

  it('rows of a table, some taken twice', within(() => {
    const ids = [2, 0, 2, 1]
    expectSame(
      (table) => rowsOf(table as Tensor2D, tf.tensor1d(ids, 'int32')),
      (table) => tf.matMul(tf.cast(tf.oneHot(tf.tensor1d(ids, 'int32'), 4), 'float32'), table as Tensor2D),
      [numbers([4, 3], 7)],
    )
  })) // prettier-ignore

  it('a constant bias', within(() => {
    const bias = numbers([3], 8) as Tensor1D
    expectSame((x) => addConstantBias(x as Tensor2D, bias), (x) => tf.add(x, bias), [numbers([4, 3], 9)])
  })) // prettier-ignore

  it('log-probabilities', within(() => {
    const targets = tf.tensor1d([3, 0, 1], 'int32')
    expectSame(
      (z) => logProbabilities(z as Tensor2D, targets),
      (z) => tf.sum(tf.mul(tf.logSoftmax(z), tf.cast(tf.oneHot(targets, 5), 'float32')), 1),
      [numbers([3, 5], 10)],
    )
  })) // prettier-ignore

  it('entropies', within(() => expectSame(
    (z) => entropies(z as Tensor2D),
    (z) => tf.neg(tf.sum(tf.mul(tf.softmax(z), tf.logSoftmax(z)), 1)),
    [numbers([3, 5], 11)],
  ))) // prettier-ignore

  it(
    'entropies stay finite beside forbidden tokens',
    within(() => {
      const [value, gradient] = valueAndGradients((z) => entropies(z as Tensor2D), [tf.tensor2d([[0, 0, -1e9]])])
      expect(value![0]).toBeCloseTo(Math.log(2), 6)
      expect(gradient!.every(Number.isFinite)).toBe(true)
    }),
  )

  it.each([1, 3, 7])('attention over %i positions, heads grouped', (width) => {
    tf.tidy(() => {
      const rows = 2
      const columns = (toyShape.heads + 2 * toyShape.kvHeads) * toyShape.headSize
      expectSame(
        (joint) => attention(joint as Tensor2D, toyShape, positionsOf(toyShape, rows, turnsUpTo(toyShape, width))),
        (joint) => speltAttention(joint as Tensor2D, rows, width),
        [numbers([rows * width, columns], 12)],
      )
    })
  })
})

/** Attention as Hugging Face writes it: halves of a head turned, heads repeated, a mask of minus infinity. */
function speltAttention(joint: Tensor2D, rows: number, width: number): Tensor {
  const { heads, kvHeads, headSize, ropeBase } = toyShape
  const byHead = tf.transpose<Tensor4D>(tf.reshape(joint, [rows, width, heads + 2 * kvHeads, headSize]), [0, 2, 1, 3])
  const part = (first: number, count: number): Tensor4D =>
    tf.slice(byHead, [0, first, 0, 0], [rows, count, width, headSize])
  const half = headSize / 2
  // Our pairs (2j, 2j + 1) are Hugging Face's (j, j + half).
  const toHalves = Array.from({ length: headSize }, (_, i) => (i < half ? 2 * i : 2 * (i - half) + 1))
  const angles = tf.tensor2d(
    Array.from({ length: width }, (_, p) =>
      Array.from({ length: headSize }, (_, i) => p * ropeBase ** ((-2 * (i % half)) / headSize)),
    ),
  )
  const turned = (x: Tensor4D): Tensor4D => {
    const halves = tf.gather(x, toHalves, 3)
    const [a, b] = tf.split(halves, 2, 3)
    return tf.add(tf.mul(halves, tf.cos(angles)), tf.mul(tf.concat([tf.neg(b!), a!], 3), tf.sin(angles)))
  }
  const repeated = (x: Tensor4D): Tensor4D =>
    tf.gather(
      x,
      Array.from({ length: heads }, (_, h) => Math.floor((h * kvHeads) / heads)),
      1,
    )
  const [q, k, v] = [
    turned(part(0, heads)),
    repeated(turned(part(heads, kvHeads))),
    repeated(part(heads + kvHeads, kvHeads)),
  ]
  const mask = tf.tensor2d(
    Array.from({ length: width }, (_, i) => Array.from({ length: width }, (_, j) => (j > i ? -1e9 : 0))),
  )
  const scores = tf.add(tf.div(tf.matMul(q, k, false, true), Math.sqrt(headSize)), mask)
  const o = tf.matMul(tf.softmax(scores), v)
  return tf.reshape(tf.transpose(o, [0, 2, 1, 3]), [rows * width, heads * headSize])
}
