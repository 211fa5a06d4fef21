import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, it } from 'vitest'
import { klPerToken } from './kl.ts'
import { vector } from './vectors.ts'

beforeAll(() => tf.setBackend('cpu'))

describe('klPerToken', () => {
  const { inputs, expected } = vector('kl_estimators')
  const row = (values: unknown) => tf.tensor2d([values as number[]])

  it.each(['k1', 'k2', 'k3'] as const)('%s is the reference', (estimator) => {
    const kl = klPerToken(row(inputs['logp_new']), row(inputs['logp_ref']), estimator).dataSync()
    ;(expected[estimator] as number[]).forEach((value, i) => expect(kl[i]).toBeCloseTo(value, 6))
  })

  it('k3 is never negative, 0 only where both agree, and bounded for the absurd', () => {
    const [p, q] = [tf.tensor2d([[-1, -1, -1, -80, -1]]), tf.tensor2d([[-1, -0.5, -3, -1, -80]])]
    const kl = klPerToken(p, q, 'k3').dataSync()
    expect(kl[0]).toBe(0)
    expect([...kl].slice(1).every((value) => value > 0 && value <= 10)).toBe(true)
  })
})
