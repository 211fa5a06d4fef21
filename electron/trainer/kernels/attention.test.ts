import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { expectSameByKernels, kernelsAreThere, numbers } from '../fixtures/kernel-cases.ts'
import { toyShape } from '../fixtures/toy-policy.ts'
import { attention, positionsOf } from '../model/attention.ts'
import { turnsUpTo } from '../model/transformer.ts'
import { kernel } from './kernel.ts'

describe.skipIf(!kernelsAreThere())('attention by kernels', () => {
  it.each([
    [1, 1, 4, 4, 6],
    [2, 3, 4, 2, 6],
    [3, 33, 2, 1, 8],
    [1, 65, 1, 1, 64],
  ])('is the same for %i rows of %i, %i heads, %i of keys, of size %i', (rows, width, heads, kvHeads, headSize) => {
    const shape = { ...toyShape, heads, kvHeads, headSize, maxLength: 80 }
    const formula = (joint: Tensor) =>
      attention(joint as Tensor2D, shape, positionsOf(shape, rows, turnsUpTo(shape, width)))
    tf.tidy(() => expectSameByKernels(formula, [numbers([rows * width, (heads + 2 * kvHeads) * headSize], 1)], 5e-6))
  })

  it('gives the first position all of its weight, and the later ones none before them', () => {
    tf.tidy(() => {
      const [p] = kernel('SwitchpointCausalSoftmax', [tf.tensor3d([[[0, 1e9], [-1e9, -1e9]]])]) // prettier-ignore
      expect([...p.dataSync()]).toEqual([1, 0, 0.5, 0.5])
    })
  })

  it('takes sequences longer than a block', () => {
    tf.tidy(() => {
      const scores = numbers([1, 1030, 1030], 1)
      const mask = tf.linalg.bandPart(tf.ones([1030, 1030]), -1, 0)
      const expected = tf.softmax(tf.add(scores, tf.mul(tf.sub(1, mask), -1e9))).dataSync()
      const [p] = kernel('SwitchpointCausalSoftmax', [scores])
      const largest = Array.from(p.dataSync()).reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0)
      expect(largest).toBeLessThan(1e-6)
    })
  })

  it('refuses scores that are not square', () => {
    expect(() => kernel('SwitchpointCausalSoftmax', [numbers([2, 3], 1)])).toThrow(/positions, positions/)
  })
})
