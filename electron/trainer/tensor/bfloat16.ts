/**
 * Mixed precision as a change to a trace: matrix products in bfloat16, everything else (weights, reductions, moments) in float32.
 *
 * Rounding commutes with moving numbers about, and a product's result is a bfloat16 already. So what lies between two products and
 * only moves numbers (transposes, slices, joins) is done on half the bytes, and its two casts fall away; the values stay the same,
 * bit for bit. Our own kernels compute in float32 whatever they read and write, so they
 * take a product's result as it is, and round by themselves what only products want: again the same bits, without a cast.
 */
import { isKernel, signatureOf, typeAttribute } from '../kernels/kernel.ts'
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

/** The same trace with its matrix products in bfloat16. A value that enters several products is rounded once. */
export function withBfloat16Products(trace: GeneralTrace): GeneralTrace {
  const isRounded = roundedOutputs(trace)
  const has = (source: Source): DType =>
    source.from === 'operation' && isRounded[source.index]![source.output] ? DType.bfloat16 : DType.float32
  const operations: TracedOperation[] = []
  const moved: number[] = [] // old index -> new index
  const casts = new Map<string, Source>()
  const there = (source: Source): Source =>
    source.from === 'operation' ? { ...source, index: moved[source.index]! } : source
  /** A value of the old trace in the type asked for, cast at its first use. */
  const as = (source: Source, wanted: DType): Source => {
    if (has(source) === wanted) return there(source)
    const key = JSON.stringify(source)
    const known = casts.get(key)
    if (known !== undefined) return known
    const index = operations.push(cast(there(source), has(source), wanted)) - 1
    const result: Source = { from: 'operation', index, output: 0 }
    casts.set(key, result)
    return result
  }
  const changed = (operation: TracedOperation, rounded: readonly boolean[]): TracedOperation => {
    const { op, inputs, attributes, dtypes } = operation
    if (isKernel(op)) {
      const signature = signatureOf(op)
      const types = [
        ...signature.inputs.map((name, j) => [name, has(inputs[j]!)] as const),
        ...signature.outputs.map((name, j) => [name, rounded[j] ? DType.bfloat16 : DType.float32] as const),
      ].flatMap(([name, type]) => (name === null ? [] : [[typeAttribute(name), { type }] as const]))
      return {
        op,
        inputs: inputs.map((source, j) => (signature.inputs[j] === null ? as(source, DType.float32) : there(source))),
        attributes: { ...attributes, ...Object.fromEntries(types) },
        dtypes: dtypes.map((dtype, j) => (rounded[j] ? DType.bfloat16 : dtype)),
      }
    }
    if (!rounded[0]) return { ...operation, inputs: inputs.map((source) => as(source, DType.float32)) }
    const data = products.has(op) ? inputs.length : movements[op]!(inputs.length)
    const placed = inputs.map((source, j) => as(source, j < data ? DType.bfloat16 : DType.float32))
    return { op, inputs: placed, attributes: { ...attributes, T: { type: DType.bfloat16 } }, dtypes: [DType.bfloat16] }
  }
  trace.operations.forEach((operation, i) => moved.push(operations.push(changed(operation, isRounded[i]!)) - 1))
  const outputs = Object.fromEntries(
    Object.entries(trace.outputs).map(([name, source]) => [name, as(source, DType.float32)]),
  )
  return { ...trace, operations, outputs }
}

/** In which types one output of an operation is asked for. */
interface Wanted {
  float: boolean
  rounded: boolean
}

/**
 * Which outputs, by operation, are bfloat16: those of products, those of movements of what only products gave or only products want, and
 * what kernels make for products alone.
 */
function roundedOutputs({ operations, outputs }: GeneralTrace): boolean[][] {
  const isProduct = ({ op, dtypes }: TracedOperation) => products.has(op) && dtypes[0] === DType.float32
  const isMovement = ({ op, dtypes }: TracedOperation) => op in movements && dtypes[0] === DType.float32
  const dataOf = ({ op, inputs }: TracedOperation) => inputs.slice(0, movements[op]!(inputs.length))
  const comesRounded: boolean[] = []
  for (const operation of operations) {
    const given = () => dataOf(operation).every((source) => source.from === 'operation' && comesRounded[source.index])
    comesRounded.push(isProduct(operation) || (isMovement(operation) && given()))
  }
  const wanted: Wanted[][] = operations.map(({ dtypes }) => dtypes.map(() => ({ float: false, rounded: false })))
  const want = (source: Source, type: keyof Wanted) => {
    if (source.from === 'operation') wanted[source.index]![source.output]![type] = true
  }
  for (const source of Object.values(outputs)) want(source, 'float')
  const isRounded: boolean[][] = operations.map(({ dtypes }) => dtypes.map(() => false))
  for (let i = operations.length - 1; i >= 0; i--) {
    const operation = operations[i]!
    const canRound = isMovement(operation) || isKernel(operation.op)
    isRounded[i] = wanted[i]!.map(({ float, rounded }, output) => {
      if (comesRounded[i]) return true
      return canRound && operation.dtypes[output] === DType.float32 && rounded && !float
    })
    // A kernel takes what there is: it must not make another operation round.
    const type = !isKernel(operation.op) && isRounded[i]![0] ? 'rounded' : 'float'
    for (const source of operation.inputs) want(source, type)
  }
  return isRounded
}

const cast = (source: Source, from: DType, to: DType): TracedOperation => ({
  op: 'Cast',
  inputs: [source],
  attributes: { SrcT: { type: from }, DstT: { type: to }, Truncate: { bool: false } },
  dtypes: [to],
})
