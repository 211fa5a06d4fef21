/**
 * Mixed precision as a change to a trace: matrix products in bfloat16, everything else (weights, reductions, moments) in float32.
 *
 * Rounding commutes with moving numbers about, and a product's result is a bfloat16 already. So what lies between two products and
 * only moves numbers (transposes, slices, joins) is done on half the bytes, and its two casts fall away; the values stay the same,
 * bit for bit.
 */
import { DType } from './dtype.ts'
import type { GeneralTrace } from './generalise.ts'
import type { Source, TracedOperation } from './trace.ts'

const products = new Set(['MatMul', 'BatchMatMulV2'])

/** Operations that only move numbers: which of their inputs hold them. */
const movements: Readonly<Record<string, (inputs: number) => number>> = {
  Reshape: () => 1,
  Transpose: () => 1,
  Slice: () => 1,
  Tile: () => 1,
  ConcatV2: (inputs) => inputs - 1,
}

/** In which types an operation's result is asked for. */
interface Wanted {
  float: boolean
  rounded: boolean
}

/** The same trace with its matrix products in bfloat16. A value that enters several products is rounded once. */
export function withBfloat16Products(trace: GeneralTrace): GeneralTrace {
  const isRounded = roundedOperations(trace)
  const operations: TracedOperation[] = []
  const moved: number[] = [] // old index -> new index
  const casts = new Map<string, Source>()
  const add = (operation: TracedOperation): Source => ({
    from: 'operation',
    index: operations.push(operation) - 1,
    output: 0,
  })
  /** A value of the old trace in the type asked for, cast at its first use. */
  const as = (source: Source, wanted: DType): Source => {
    const there = source.from === 'operation' ? { ...source, index: moved[source.index]! } : source
    const has = source.from === 'operation' && isRounded[source.index] ? DType.bfloat16 : DType.float32
    if (has === wanted) return there
    const key = JSON.stringify(source)
    const known = casts.get(key) ?? add(cast(there, has, wanted))
    casts.set(key, known)
    return known
  }
  trace.operations.forEach((operation, i) => {
    const { op, inputs, attributes } = operation
    if (isRounded[i]) {
      const data = products.has(op) ? inputs.length : movements[op]!(inputs.length)
      const placed = inputs.map((source, j) => as(source, j < data ? DType.bfloat16 : DType.float32))
      add({ op, inputs: placed, attributes: { ...attributes, T: { type: DType.bfloat16 } }, dtypes: [DType.bfloat16] })
    } else add({ ...operation, inputs: inputs.map((source) => as(source, DType.float32)) })
    moved.push(operations.length - 1)
  })
  const outputs = Object.fromEntries(
    Object.entries(trace.outputs).map(([name, source]) => [name, as(source, DType.float32)]),
  )
  return { ...trace, operations, outputs }
}

/** Which operations work on bfloat16: products, and movements of what only products gave or only products want. */
function roundedOperations({ operations, outputs }: GeneralTrace): boolean[] {
  const isProduct = ({ op, dtypes }: TracedOperation) => products.has(op) && dtypes[0] === DType.float32
  const isMovement = ({ op, dtypes }: TracedOperation) => op in movements && dtypes[0] === DType.float32
  const dataOf = ({ op, inputs }: TracedOperation) => inputs.slice(0, movements[op]!(inputs.length))
  const comesRounded: boolean[] = []
  for (const operation of operations) {
    const given = () => dataOf(operation).every((source) => source.from === 'operation' && comesRounded[source.index])
    comesRounded.push(isProduct(operation) || (isMovement(operation) && given()))
  }
  const wanted: Wanted[] = operations.map(() => ({ float: false, rounded: false }))
  const want = (source: Source, type: keyof Wanted) => {
    if (source.from === 'operation') wanted[source.index]![type] = true
  }
  for (const source of Object.values(outputs)) want(source, 'float')
  const isRounded: boolean[] = operations.map(() => false)
  for (let i = operations.length - 1; i >= 0; i--) {
    const operation = operations[i]!
    const { float, rounded } = wanted[i]!
    isRounded[i] = comesRounded[i]! || (isMovement(operation) && rounded && !float)
    for (const source of operation.inputs) want(source, isRounded[i] ? 'rounded' : 'float')
  }
  return isRounded
}

const cast = (source: Source, from: DType, to: DType): TracedOperation => ({
  op: 'Cast',
  inputs: [source],
  attributes: { SrcT: { type: from }, DstT: { type: to }, Truncate: { bool: false } },
  dtypes: [to],
})
