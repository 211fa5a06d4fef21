/** Arithmetic on a graph's outputs, for what is built by hand rather than recorded. Float32 unless the name says more. */
import { DType } from './dtype.ts'
import type { Graph, Output } from './graph.ts'

export class Arithmetic {
  private readonly graph: Graph

  constructor(graph: Graph) {
    this.graph = graph
  }

  mul = (a: Output, b: Output): Output => this.float('Mul', a, b)
  add = (a: Output, b: Output): Output => this.float('AddV2', a, b)
  divide = (a: Output, b: Output): Output => this.float('RealDiv', a, b)
  min = (a: Output, b: Output): Output => this.float('Minimum', a, b)
  sqrt = (a: Output): Output => this.float('Sqrt', a)
  /** Σ x² / 2. */
  halfSquareSum = (a: Output): Output => this.float('L2Loss', a)
  /** A copy in memory of its own. */
  copy = (a: Output): Output => this.float('DeepCopy', a)
  zerosLike = (a: Output): Output => this.float('ZerosLike', a)

  sum(terms: readonly Output[]): Output {
    return this.graph.one('AddN', terms, { T: { type: DType.float32 }, N: { int: terms.length } }, DType.float32)
  }

  /** Scalars to a vector. */
  pack(values: readonly Output[]): Output {
    const attributes = { T: { type: DType.float32 }, N: { int: values.length }, axis: { int: 0 } }
    return this.graph.one('Pack', values, attributes, DType.float32)
  }

  greater = (a: Output, b: Output): Output => this.compare('Greater', a, b)
  lessEqual = (a: Output, b: Output): Output => this.compare('LessEqual', a, b)
  notEqual = (a: Output, b: Output): Output => this.compare('NotEqual', a, b)
  isFinite = (a: Output): Output => this.compare('IsFinite', a)
  and = (a: Output, b: Output): Output => this.graph.one('LogicalAnd', [a, b], {}, DType.bool)
  toFloat = (a: Output): Output =>
    this.graph.one('Cast', [a], { SrcT: { type: a.dtype }, DstT: { type: DType.float32 } }, DType.float32)

  /** The same value on one of two roads; what lies on the other does not run. */
  branch(value: Output, condition: Output): { yes: Output; no: Output } {
    const [no, yes] = this.graph.add('Switch', [value, condition], { T: { type: value.dtype } }, [
      value.dtype,
      value.dtype,
    ])
    return { yes: yes!, no: no! }
  }

  /** Where two roads meet: whichever was taken. */
  meet(a: Output, b: Output): Output {
    return this.graph.add('Merge', [a, b], { T: { type: a.dtype }, N: { int: 2 } }, [a.dtype, DType.int32])[0]!
  }

  identity(value: Output, after: readonly string[] = []): Output {
    return this.graph.one('Identity', [value], { T: { type: value.dtype } }, value.dtype, { after })
  }

  private float(op: string, ...inputs: Output[]): Output {
    return this.graph.one(op, inputs, { T: { type: DType.float32 } }, DType.float32)
  }

  private compare(op: string, ...inputs: Output[]): Output {
    return this.graph.one(op, inputs, { T: { type: DType.float32 } }, DType.bool)
  }
}
