import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadBackend } from './backend.ts'
import { withBfloat16Products } from './bfloat16.ts'
import { DType } from './dtype.ts'
import { emit } from './emit.ts'
import { traceForAllSizes, type GeneralTrace, type SizedFunction } from './generalise.ts'
import { Program, ProgramBuilder, wholeScalar } from './program.ts'

const backend = loadBackend(2)

/** A function of x [rows, width] and w [width-free 4], with what graphs must follow: means, tiles, ranges, broadcasts, gradients. */
const mixed: SizedFunction = {
  name: 'mixed',
  sizes: ['rows', 'width'],
  inputs: ({ rows, width }) => ({
    x: { dtype: 'float32', shape: [rows!, width!] },
    w: { dtype: 'float32', shape: [4] },
  }),
  build: ({ x, w }) => mixedOf(x as Tensor2D, w as Tensor1D),
}

function mixedOf(x: Tensor2D, w: Tensor1D): Record<string, Tensor> {
  const [rows, width] = x.shape
  const lossOf = (x: Tensor, w: Tensor): Scalar => {
    const wide = tf.mul(tf.expandDims(x, 2), w) // [rows, width, 4]
    const tail = tf.slice(tf.concat([x, tf.tile(tf.mean(x, 1, true), [1, 2])], 1), [0, 1], [rows, width + 1])
    return tf.add(tf.mean(tf.square(wide)), tf.logSumExp(tf.reshape(tail, [rows * (width + 1)]))) as Scalar
  }
  const { value, grads } = tf.valueAndGrads(lossOf)([x, w])
  const place = tf.add(tf.range(0, width), tf.zeros([rows, width]))
  return { value, dx: grads[0]!, dw: grads[1]!, place }
}

function programOf(trace: GeneralTrace): Program {
  const builder = new ProgramBuilder()
  builder.entry('run', (feed) => {
    const inputs = Object.entries(trace.inputs).map(([name, dtype]) => [name, feed(name, DType[dtype])] as const)
    const sizes = trace.sizes.map((name) => [name, feed(`size/${name}`, DType.int32)] as const)
    return { fetches: emit(builder.graph, trace, Object.fromEntries(inputs), Object.fromEntries(sizes)) }
  })
  return Program.fromBuilder(backend, builder)
}

describe('a trace for all sizes', () => {
  it('computes what the function computes, at sizes it was never traced at', () => {
    const program = programOf(traceForAllSizes(backend, mixed))
    const sizes = fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      width: fc.integer({ min: 1, max: 40 }),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(sizes, ({ rows, width, seed }) => {
        const data = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i * 1.7 + (seed % 100)))
        const w = Float32Array.of(0.5, -1, 2, 0.25)
        const ours = program.run('run', {
          x: { data, shape: [rows, width] },
          w,
          'size/rows': wholeScalar(rows),
          'size/width': wholeScalar(width),
        })
        tf.tidy(() => {
          for (const [name, expected] of Object.entries(mixedOf(tf.tensor2d(data, [rows, width]), tf.tensor1d(w)))) {
            expect(ours[name]!.shape).toEqual(expected.shape)
            expected.dataSync().forEach((value, i) => expect(ours[name]!.data[i]).toBeCloseTo(value, 5))
          }
        })
      }),
      { numRuns: 40 },
    )
    program.dispose()
  })

  it('leaves no tensor behind', () => {
    const before = [tf.memory().numTensors, backend.addon.getNumOfTensors()]
    traceForAllSizes(backend, mixed)
    expect([tf.memory().numTensors, backend.addon.getNumOfTensors()]).toEqual(before)
  })

  const simple = (build: SizedFunction['build']): SizedFunction => ({
    name: 'simple',
    sizes: ['rows'],
    inputs: ({ rows }) => ({ x: { dtype: 'float32', shape: [rows!] } }),
    build,
  })

  it('refuses a tensor from outside, used before or not', () => {
    const fresh = tf.tensor1d([1])
    const used = tf.tensor1d([1])
    tf.dispose(tf.add(used, 1))
    for (const outside of [fresh, used]) {
      expect(() =>
        traceForAllSizes(
          backend,
          simple(({ x }) => ({ y: tf.add(x!, outside) })),
        ),
      ).toThrow(/made before the trace began/)
    }
    tf.dispose([fresh, used])
  })

  it('listens again after a refusal', () => {
    expect(tf.tidy(() => tf.add(1, 2).dataSync()[0])).toBe(3)
    expect(
      traceForAllSizes(
        backend,
        simple(({ x }) => ({ y: tf.neg(x!) })),
      ).operations.map(({ op }) => op),
    ).toEqual(['Neg'])
  })

  it('refuses operations that come and go with the size, and says which', () => {
    const build: SizedFunction['build'] = ({ x }, { rows }) => ({ y: rows! > 2 ? tf.exp(x!) : tf.neg(x!) })
    expect(() => traceForAllSizes(backend, simple(build))).toThrow(/simple: .*Neg.*Exp/)
  })

  it('refuses numbers that are no polynomial of the sizes', () => {
    expect(() =>
      traceForAllSizes(
        backend,
        simple(({ x }, { rows }) => ({ y: tf.mul(x!, 1 / rows!) })),
      ),
    ).toThrow(/constant of Mul depends on the sizes/)
    expect(() =>
      traceForAllSizes(
        backend,
        simple(({ x }, { rows }) => ({ y: tf.mul(x!, rows! * rows!) })),
      ),
    ).toThrow(/depends on the sizes/)
  })

  it('refuses arrays that JavaScript fills by size, unless one number fills them', () => {
    const ramp: SizedFunction['build'] = ({ x }, { rows }) => ({
      y: tf.add(x!, tf.tensor1d(Array.from({ length: rows! }, (_, i) => i))),
    })
    expect(() => traceForAllSizes(backend, simple(ramp))).toThrow(/array whose length depends on the sizes/)
    const fill: SizedFunction['build'] = ({ x }, { rows }) => ({
      y: tf.add(x!, tf.tensor1d(new Array<number>(rows!).fill(3))),
    })
    const program = programOf(traceForAllSizes(backend, simple(fill)))
    expect([...program.run('run', { x: Float32Array.of(1, 2), 'size/rows': wholeScalar(2) })['y']!.data]).toEqual([
      4, 5,
    ])
    program.dispose()
  })
})

describe('products in bfloat16', () => {
  it('rounds what enters a product, once each, and nothing else', () => {
    const traced = traceForAllSizes(backend, {
      name: 'products',
      sizes: ['rows'],
      inputs: ({ rows }) => ({ x: { dtype: 'float32', shape: [rows!, 2] }, w: { dtype: 'float32', shape: [2, 2] } }),
      build: ({ x, w }) => ({
        y: tf.matMul(x as Tensor2D, w as Tensor2D),
        z: tf.matMul(tf.matMul(x as Tensor2D, w as Tensor2D), w as Tensor2D),
        x: tf.add(x!, 0),
      }),
    })
    const rounded = withBfloat16Products(traced)
    const count = (op: string) => rounded.operations.filter((operation) => operation.op === op).length
    expect(count('BatchMatMulV2')).toBe(3)
    expect(count('Cast')).toBe(4) // x and w going in; two results coming out: the third only enters a product
    const program = programOf(rounded)
    const feeds = {
      x: { data: Float32Array.of(1 + 2 ** -12, 0), shape: [1, 2] },
      w: { data: Float32Array.of(1, 0, 0, 1), shape: [2, 2] },
    }
    const { y, x } = program.run('run', { ...feeds, 'size/rows': wholeScalar(1) })
    expect([...y!.data]).toEqual([1, 0])
    expect(x!.data[0]).toBe(1 + 2 ** -12)
    program.dispose()
  })

  it('moves numbers in bfloat16 between products, without another bit', () => {
    const build: SizedFunction['build'] = ({ x, w }) => {
      const first = tf.matMul(x as Tensor2D, w as Tensor2D)
      const joined = tf.concat([tf.transpose(first), tf.transpose(x!)], 1) // [2, 2 rows], half of it a product's
      const second = tf.matMul(tf.transpose(joined) as Tensor2D, w as Tensor2D)
      return { second, turned: tf.transpose(first), own: tf.add(tf.transpose(first), 1) }
    }
    const fn: SizedFunction = {
      name: 'movements',
      sizes: ['rows'],
      inputs: ({ rows }) => ({ x: { dtype: 'float32', shape: [rows!, 2] }, w: { dtype: 'float32', shape: [2, 2] } }),
      build,
    }
    const rounded = withBfloat16Products(traceForAllSizes(backend, fn))
    const moved = rounded.operations.filter(({ op }) => op === 'Transpose' || op === 'ConcatV2')
    expect(moved.every(({ dtypes }) => dtypes[0] === DType.bfloat16)).toBe(true)
    const program = programOf(rounded)
    const [x, w] = [Float32Array.of(0.3, -1.7, 2.9, 0.01, 5.3, 1.1), Float32Array.of(1.3, 0.7, -0.2, 2.1)]
    const feeds = { x: { data: x, shape: [3, 2] }, w: { data: w, shape: [2, 2] } }
    const { second, turned, own } = program.run('run', { ...feeds, 'size/rows': wholeScalar(3) })
    program.dispose()
    // By hand: operands and results of products to bfloat16, sums in between in float32.
    const product = (a: number[]) =>
      Array.from({ length: a.length }, (_, i) => {
        const [row, column] = [Math.floor(i / 2), i % 2]
        return toBfloat16(a[2 * row]! * toBfloat16(w[column]!) + a[2 * row + 1]! * toBfloat16(w[2 + column]!))
      })
    const first = product(Array.from(x, toBfloat16))
    const columns = [0, 2, 4, 1, 3, 5]
    expect([...turned!.data]).toEqual(columns.map((i) => first[i]!))
    expect([...own!.data]).toEqual(columns.map((i) => Math.fround(first[i]! + 1)))
    expect([...second!.data]).toEqual(product([...first, ...Array.from(x, toBfloat16)]))
  })
})

/** The nearest bfloat16, ties to even. */
function toBfloat16(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)
  bits[0] = ((bits[0]! + 0x7fff + ((bits[0]! >>> 16) & 1)) >>> 16) << 16
  return new Float32Array(bits.buffer)[0]!
}
