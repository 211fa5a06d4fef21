import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { expectSameByKernels, expectSameRounded, kernelsAreThere, numbers } from '../fixtures/kernel-cases.ts'
import { gatedUnit } from '../model/swiglu.ts'
import { kernel } from './kernel.ts'

const unit = (gate: tf.Tensor, up: tf.Tensor) => gatedUnit(gate as Tensor2D, up as Tensor2D)

describe.skipIf(!kernelsAreThere())('the gated unit by a kernel', () => {
  it.each([[1, 1], [1, 13], [5, 16], [3, 1031], [70, 999]])('is the same at %i x %i', (rows, width) => {
    tf.tidy(() => expectSameByKernels(unit, [numbers([rows, width], 1), numbers([rows, width], 2)]))
  }) // prettier-ignore

  it('stays finite, and right, where σ is 0 or 1', () => {
    tf.tidy(() => {
      const gate = tf.tensor2d([[-1e4, -100, -50, 0, 50, 100, 1e4]])
      const [h] = kernel('SwitchpointGatedUnit', [gate, tf.onesLike(gate)])
      const [dg, du] = kernel<[Tensor2D, Tensor2D]>('SwitchpointGatedUnitGradient', [tf.onesLike(gate), gate, tf.onesLike(gate)]) // prettier-ignore
      const close = (found: tf.Tensor, expected: number[]) =>
        found.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
      close(h, [0, 0, 0, 0, 50, 100, 1e4])
      close(dg, [0, 0, 0, 0.5, 1, 1, 1])
      close(du, [0, 0, 0, 0, 50, 100, 1e4])
    })
  })

  it('reads and rounds bfloat16 by itself between products', () => {
    tf.tidy(() => {
      const between = (x: tf.Tensor, v: tf.Tensor, w: tf.Tensor) => {
        const [gate, up] = [tf.matMul(x as Tensor2D, v as Tensor2D), tf.matMul(x as Tensor2D, w as Tensor2D)]
        return tf.matMul(unit(gate, up) as Tensor2D, v as Tensor2D)
      }
      const inputs = [numbers([9, 17], 3), numbers([17, 17], 4), numbers([17, 17], 5)]
      expect(expectSameRounded(between, inputs, 2 ** -7)).toBeGreaterThan(0)
    })
  })

  it('refuses gates and ups of different shapes', () => {
    const different = () => kernel('SwitchpointGatedUnit', [numbers([2, 3], 1), numbers([3, 2], 2)])
    expect(different).toThrow(/gate and up differ in shape/)
  })
})
