/**
 * A TensorFlow graph under construction: nodes with a name, an operation, inputs and attributes. This is GraphDef in
 * TypeScript's own terms; `saved-model.ts` writes it down, `record.ts` fills it with what tfjs did.
 */
import { DType, type TensorData } from './dtype.ts'

/** One output of a node, with its element type. */
export interface Output {
  readonly node: string
  readonly index: number
  readonly dtype: DType
}

export type Attribute =
  | { readonly type: DType }
  | { readonly types: readonly DType[] }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly bool: boolean }
  | { readonly string: string }
  | { readonly shape: readonly number[] | null } // null: unknown rank; -1: unknown dimension
  | { readonly tensor: ConstantValue }

export interface ConstantValue {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TensorData
}

export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly inputs: readonly Output[]
  /** Nodes that must have run before this one. */
  readonly after: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

export interface NodeOptions {
  readonly name?: string
  readonly after?: readonly string[]
}

export class Graph {
  readonly nodes: GraphNode[] = []
  private readonly names = new Set<string>()
  private readonly constants = new Map<string, Output>()
  private counter = 0

  /** Adds a node and returns its outputs, whose types the caller knows. */
  add(
    op: string,
    inputs: readonly Output[],
    attributes: Readonly<Record<string, Attribute>>,
    dtypes: readonly DType[],
    { name = `${op}_${this.counter++}`, after = [] }: NodeOptions = {},
  ): Output[] {
    if (this.names.has(name)) throw new Error(`The graph already has a node named ${name}`)
    this.names.add(name)
    this.nodes.push({ name, op, inputs, after, attributes })
    return dtypes.map((dtype, index) => ({ node: name, index, dtype }))
  }

  /** `add` for the many operations that have one output. */
  one(
    op: string,
    inputs: readonly Output[],
    attributes: Readonly<Record<string, Attribute>>,
    dtype: DType,
    options?: NodeOptions,
  ): Output {
    return this.add(op, inputs, attributes, [dtype], options)[0]!
  }

  /** A value fed at each run. */
  placeholder(name: string, dtype: DType): Output {
    return this.one('Placeholder', [], { dtype: { type: dtype }, shape: { shape: null } }, dtype, { name })
  }

  /** A constant; equal ones are one node. */
  constant(value: ConstantValue): Output {
    const bytes = Buffer.from(value.data.buffer, value.data.byteOffset, value.data.byteLength)
    const key = `${value.dtype}[${value.shape.join()}]${bytes.toString('latin1')}`
    const known = this.constants.get(key)
    if (known !== undefined) return known
    const output = this.one('Const', [], { dtype: { type: value.dtype }, value: { tensor: value } }, value.dtype)
    this.constants.set(key, output)
    return output
  }

  /** Names of all nodes that these outputs depend on. */
  ancestors(outputs: readonly Output[]): ReadonlySet<string> {
    const byName = new Map(this.nodes.map((node) => [node.name, node]))
    const found = new Set<string>()
    const open = outputs.map(({ node }) => node)
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (found.has(name)) continue
      found.add(name)
      const { inputs, after } = byName.get(name)!
      open.push(...inputs.map(({ node }) => node), ...after)
    }
    return found
  }

  float(value: number): Output {
    return this.constant({ dtype: DType.float32, shape: [], data: new Float32Array([value]) })
  }

  ints(...values: number[]): Output {
    return this.constant({ dtype: DType.int32, shape: [values.length], data: new Int32Array(values) })
  }

  int(value: number): Output {
    return this.constant({ dtype: DType.int32, shape: [], data: new Int32Array([value]) })
  }
}
