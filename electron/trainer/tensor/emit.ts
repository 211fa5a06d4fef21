/** Writes a general trace into a graph: its inputs bound to whatever the caller has, its sizes to fed scalars. */
import { DType } from './dtype.ts'
import { withOpenDimension, type GeneralConstant, type GeneralTrace } from './generalise.ts'
import type { Graph, Output } from './graph.ts'
import type { Polynomial } from './polynomial.ts'
import type { Source } from './trace.ts'

/**
 * Adds a trace's operations to a graph.
 * @param inputs the graph's outputs that stand for the trace's inputs (placeholders, variables' values).
 * @param sizes int32 scalars, one for each of the trace's sizes.
 */
export function emit(
  graph: Graph,
  trace: GeneralTrace,
  inputs: Readonly<Record<string, Output>>,
  sizes: Readonly<Record<string, Output>>,
): Record<string, Output> {
  const numbers = new SizeArithmetic(graph, trace.sizes.map((name) => sizes[name]!)) // prettier-ignore
  const constants = new Map<GeneralConstant, Output>()
  const results: Output[][] = []
  const constantOf = (constant: GeneralConstant): Output => {
    let output = constants.get(constant)
    if (output === undefined) constants.set(constant, (output = numbers.constant(constant)))
    return output
  }
  const resolve = (source: Source, isReshapeTarget = false): Output => {
    if (source.from === 'input') return inputs[source.name]!
    if (source.from === 'operation') return results[source.index]![source.output]!
    const constant = trace.constants[source.index]!
    return isReshapeTarget ? numbers.constant(withOpenDimension(constant)) : constantOf(constant)
  }
  for (const { op, inputs: sources, attributes, dtypes } of trace.operations) {
    const resolved = sources.map((source, i) => resolve(source, op === 'Reshape' && i === 1))
    results.push(graph.add(op, resolved, attributes, dtypes))
  }
  return Object.fromEntries(Object.entries(trace.outputs).map(([name, source]) => [name, resolve(source)]))
}

/** Computes in the graph what depends on the sizes; each number once. */
class SizeArithmetic {
  private readonly graph: Graph
  private readonly sizes: readonly Output[]
  private readonly known = new Map<string, Output>()

  constructor(graph: Graph, sizes: readonly Output[]) {
    this.graph = graph
    this.sizes = sizes
  }

  constant(constant: GeneralConstant): Output {
    switch (constant.kind) {
      case 'fixed':
        return this.graph.constant(constant.value)
      case 'filled': {
        const value = {
          dtype: constant.dtype,
          shape: [],
          data: constant.dtype === DType.float32 ? Float32Array.of(constant.value) : Int32Array.of(constant.value),
        }
        const attributes = { T: { type: constant.dtype }, index_type: { type: DType.int32 } } as const
        return this.graph.one(
          'Fill',
          [this.vector(constant.dims), this.graph.constant(value)],
          attributes,
          constant.dtype,
        )
      }
      case 'sized': {
        const whole = constant.shape.length === 0 ? this.number(constant.entries[0]!) : this.vector(constant.entries)
        if (constant.dtype === DType.int32) return whole
        return this.graph.one(
          'Cast',
          [whole],
          { SrcT: { type: DType.int32 }, DstT: { type: constant.dtype } },
          constant.dtype,
        )
      }
    }
  }

  private vector(entries: readonly Polynomial[]): Output {
    return this.once(
      `[${entries.map((entry) => entry.join()).join(';')}]`,
      () =>
      this.graph.one('Pack', entries.map((entry) => this.number(entry)), { N: { int: entries.length }, T: { type: DType.int32 }, axis: { int: 0 } }, DType.int32), // prettier-ignore
    )
  }

  private number(polynomial: Polynomial): Output {
    return this.once(polynomial.join(), () => {
      const terms = polynomial.flatMap((coefficient, subset) =>
        coefficient === 0 ? [] : [this.term(coefficient, subset)],
      )
      return terms.length === 0 ? this.graph.int(0) : terms.reduce((a, b) => this.binary('AddV2', a, b))
    })
  }

  private term(coefficient: number, subset: number): Output {
    const factors = this.sizes.filter((_, i) => subset & (1 << i))
    if (factors.length === 0) return this.graph.int(coefficient)
    return (coefficient === 1 ? factors : [this.graph.int(coefficient), ...factors]).reduce((a, b) =>
      this.binary('Mul', a, b),
    )
  }

  private binary(op: 'AddV2' | 'Mul', a: Output, b: Output): Output {
    return this.once(`${op}(${a.node},${b.node})`, () =>
      this.graph.one(op, [a, b], { T: { type: DType.int32 } }, DType.int32),
    )
  }

  private once(key: string, make: () => Output): Output {
    let output = this.known.get(key)
    if (output === undefined) this.known.set(key, (output = make()))
    return output
  }
}
