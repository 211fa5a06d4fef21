import * as tf from '@tensorflow/tfjs'
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { expectSameByKernels, expectSameRounded, kernelsAreThere, numbers } from '../fixtures/kernel-cases.ts'
import { rmsNorm } from '../model/rms-norm.ts'
import { loadBackend } from '../tensor/backend.ts'
import { DType } from '../tensor/dtype.ts'
import { emit } from '../tensor/emit.ts'
import { traceForAllSizes, type GeneralTrace } from '../tensor/generalise.ts'
import { Program, ProgramBuilder } from '../tensor/program.ts'
import { withKernels } from './choice.ts'
import { withFusedAdditions } from './fuse-additions.ts'
import { kernel, nothing } from './kernel.ts'

const normOf = (x: Tensor, gain: Tensor) => rmsNorm(x as Tensor2D, gain as Tensor1D, 1e-3)

describe.skipIf(!kernelsAreThere())('RMSNorm by a kernel', () => {
  it.each([[1, 3], [1, 7], [5, 16], [3, 1031], [70, 99], [2, 2050]])('is the same at %i x %i', (rows, width) => {
    tf.tidy(() => expectSameByKernels(normOf, [numbers([rows, width], 1), numbers([width], 2)], 5e-6))
  }) // prettier-ignore

  it('rounds by itself what only products want', () => {
    tf.tidy(() => {
      const between = (x: Tensor, gain: Tensor, w: Tensor) => tf.matMul(normOf(x, gain) as Tensor2D, w as Tensor2D)
      const inputs = [numbers([9, 17], 3), numbers([17], 4), numbers([17, 17], 5)]
      expect(expectSameRounded(between, inputs, 2 ** -6)).toBeGreaterThan(0)
    })
  })

  it('refuses what does not fit', () => {
    const inputs = [numbers([2, 3], 1), numbers([3, 2], 2), numbers([3], 3), tf.scalar(1e-5)]
    expect(() => kernel('SwitchpointNorm', inputs)).toThrow(/x and more differ in shape/)
    const wide = [numbers([2, 3], 1), nothing(), numbers([4], 3), tf.scalar(1e-5)]
    expect(() => kernel('SwitchpointNorm', wide)).toThrow(/gain is not as wide/)
  })
})

describe.skipIf(!kernelsAreThere())('additions beside a norm', () => {
  const shapes = { x: [4, 6], delta: [4, 6], gain: [6], other: [6] }
  /** Two residual additions with a norm each, the first read by two products: all that stands around a norm in a transformer. */
  const value = (x: Tensor, delta: Tensor, gain: Tensor, other: Tensor): Tensor => {
    const first = tf.add(x, delta)
    const y = normOf(first, gain)
    const second = tf.add(first, tf.add(tf.square(y), tf.sin(y)))
    return tf.sum(tf.mul(normOf(second, other), tf.cos(second)))
  }
  const traced = (): GeneralTrace =>
    withKernels(true, () =>
      traceForAllSizes(loadBackend(2), {
        name: 'residual',
        sizes: [],
        inputs: () =>
          Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { dtype: 'float32', shape }])),
        build: (given) => {
          const inputs = Object.keys(shapes).map((name) => given[name]!)
          const { value: loss, grads } = tf.valueAndGrads((...all: Tensor[]) => value(...(all as [Tensor, Tensor, Tensor, Tensor])) as tf.Scalar)(inputs) // prettier-ignore
          return { loss, ...Object.fromEntries(grads.map((grad, i) => [`d${i}`, grad])) }
        },
      }),
    )
  const results = (trace: GeneralTrace): number[][] => {
    const builder = new ProgramBuilder()
    builder.entry('run', (feed) => {
      const feeds = Object.keys(shapes).map((name) => [name, feed(name, DType.float32)] as const)
      return { fetches: emit(builder.graph, trace, Object.fromEntries(feeds), {}) }
    })
    const program = Program.fromBuilder(loadBackend(2), builder)
    const feeds = Object.entries(shapes).map(([name, shape], i) => [name, { data: numbers(shape, i).dataSync() as Float32Array, shape }] as const) // prettier-ignore
    const fetched = program.run('run', Object.fromEntries(feeds))
    program.dispose()
    return Object.values(fetched).map(({ data }) => [...data])
  }

  it('are done by the norm, with the same results', () => {
    const trace = traced()
    const fused = withFusedAdditions(trace)
    const count = ({ operations }: GeneralTrace, name: string) =>
      operations.filter(({ op }) => op === name || op === `${name}V2`).length
    // Both residuals, and on the way back a gradient's sum at each norm.
    expect(count(trace, 'Add') - count(fused, 'Add')).toBeGreaterThanOrEqual(4)
    expect(count(fused, 'SwitchpointNorm')).toBe(2)
    expect(count(fused, 'SwitchpointNormGradient')).toBe(2)
    const [plain, together] = [results(trace), results(fused)]
    plain.forEach((list, i) => list.forEach((x, j) => expect(together[i]![j]!).toBeCloseTo(x, 4)))
  })

  it('leaves a trace without norms as it is', () => {
    const trace = traceForAllSizes(loadBackend(2), {
      name: 'sum',
      sizes: [],
      inputs: () => ({ x: { dtype: 'float32', shape: [2] } }),
      build: ({ x }) => ({ y: tf.add(x!, x!) }),
    })
    expect(withFusedAdditions(trace)).toEqual(trace)
  })
})
