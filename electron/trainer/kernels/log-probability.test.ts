import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { expectSameByKernels, kernelsAreThere, numbers } from '../fixtures/kernel-cases.ts'
import { entropies, logProbabilities } from '../model/language-head.ts'
import { kernel } from './kernel.ts'

describe.skipIf(!kernelsAreThere())('log-probabilities and entropies by kernels', () => {
  it.each([[1, 1], [1, 5], [33, 17], [3, 2050]])('are the same at %i x %i', (rows, width) => {
    const logits = () => tf.mul(numbers([rows, width], 1), 5)
    const targets = Int32Array.from({ length: rows }, (_, i) => (7 * i) % width)
    const logp = (z: Tensor) => logProbabilities(z as Tensor2D, tf.tensor1d(targets, 'int32'))
    tf.tidy(() => expectSameByKernels(logp, [logits()], 5e-6))
    tf.tidy(() => expectSameByKernels((z) => entropies(z as Tensor2D), [logits()], 5e-6))
  }) // prettier-ignore

  it('stay right beside forbidden tokens and far from zero', () => {
    tf.tidy(() => {
      const z = tf.tensor2d([[1000, 1000, -1e9]])
      const [logp] = kernel('SwitchpointLogProbability', [z, tf.tensor1d([1], 'int32')])
      const [h] = kernel('SwitchpointEntropy', [z])
      expect(logp.dataSync()[0]).toBeCloseTo(-Math.log(2), 6)
      expect(h.dataSync()[0]).toBeCloseTo(Math.log(2), 6)
    })
  })

  it('refuses a target that is no token', () => {
    const outside = () => kernel('SwitchpointLogProbability', [numbers([1, 3], 1), tf.tensor1d([3], 'int32')])
    expect(outside).toThrow(/not in the vocabulary/)
  })
})
