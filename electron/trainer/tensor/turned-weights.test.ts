import * as tf from '@tensorflow/tfjs'
import type { Tensor2D } from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { loadBackend } from './backend.ts'
import { emit } from './emit.ts'
import { DType } from './dtype.ts'
import { traceForAllSizes } from './generalise.ts'
import { Program, ProgramBuilder, wholeScalar } from './program.ts'
import { raw } from './raw.ts'
import { turnedName, withTurnedWeights } from './turned-weights.ts'

const backend = loadBackend(2)
const float = { T: { type: DType.float32 } } as const
const product = (a: tf.Tensor, b: tf.Tensor, transposeB: boolean) =>
  raw<Tensor2D>('MatMul', [a, b], { ...float, transpose_a: false, transpose_b: transposeB })

describe('weights laid out for few rows', () => {
  const traced = traceForAllSizes(backend, {
    name: 'products',
    sizes: ['rows'],
    inputs: ({ rows }) => ({
      x: { dtype: 'float32', shape: [rows!, 3] },
      w: { dtype: 'float32', shape: [2, 3] },
      straight: { dtype: 'float32', shape: [2, 2] },
    }),
    build: ({ x, w, straight }) => {
      const y = product(x!, w!, true)
      return { y, both: product(y, straight!, false), row: tf.slice(w!, [1, 0], [1, 3]), xx: product(x!, x!, true) }
    },
  })

  it('takes the transposes of weights that are used transposed, and of nothing else', () => {
    const { trace, turned } = withTurnedWeights(traced, new Set(['w', 'straight']))
    expect(turned).toEqual(['w'])
    expect(trace.inputs).toEqual({ ...traced.inputs, [turnedName('w')]: 'float32' })
    const transposed = trace.operations.filter(
      ({ op, attributes: { transpose_b: b } }) => op === 'MatMul' && b !== undefined && 'bool' in b && b.bool,
    )
    expect(transposed.length).toBe(1) // x xᵀ: x is no weight
  })

  it('computes the same', () => {
    const { trace } = withTurnedWeights(traced, new Set(['w', 'straight']))
    const builder = new ProgramBuilder()
    for (const [name, given] of Object.entries({ as: traced, turned: trace }))
      builder.entry(name, (feed) => ({
        fetches: emit(
          builder.graph,
          given,
          Object.fromEntries(Object.keys(given.inputs).map((input) => [input, feed(input, DType.float32)])),
          { rows: feed('rows', DType.int32) },
        ),
      }))
    const program = Program.fromBuilder(backend, builder)
    const feeds = {
      x: { data: Float32Array.of(1, -2, 3, 0.5, 4, -1), shape: [2, 3] },
      w: { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
      straight: { data: Float32Array.of(0, 1, -1, 2), shape: [2, 2] },
      rows: wholeScalar(2),
    }
    const turnedW = { data: Float32Array.of(1, 4, 2, 5, 3, 6), shape: [3, 2] }
    expect(program.run('turned', { ...feeds, [turnedName('w')]: turnedW })).toEqual(program.run('as', feeds))
    program.dispose()
  })
})
