/** Mixed precision as a change to a trace: matrix products in bfloat16, everything else (weights, reductions, moments) in float32. */
import { DType } from './dtype.ts'
import type { GeneralTrace } from './generalise.ts'
import type { Source, TracedOperation } from './trace.ts'

const products = new Set(['MatMul', 'BatchMatMulV2'])

/** The same trace with a Cast around each matrix product. A value that enters several products is cast once. */
export function withBfloat16Products(trace: GeneralTrace): GeneralTrace {
  const operations: TracedOperation[] = []
  const moved: number[] = [] // old index -> new index
  const rounded = new Map<string, Source>()
  const place = (source: Source): Source =>
    source.from === 'operation' ? { ...source, index: moved[source.index]! } : source
  const add = (operation: TracedOperation): Source => ({
    from: 'operation',
    index: operations.push(operation) - 1,
    output: 0,
  })
  const round = (source: Source): Source => {
    const key = JSON.stringify(source)
    const known = rounded.get(key) ?? add(cast(source, DType.float32, DType.bfloat16))
    rounded.set(key, known)
    return known
  }
  for (const operation of trace.operations) {
    const inputs = operation.inputs.map(place)
    if (products.has(operation.op) && operation.dtypes[0] === DType.float32) {
      const attributes = { ...operation.attributes, T: { type: DType.bfloat16 } }
      const result = add({ op: operation.op, inputs: inputs.map(round), attributes, dtypes: [DType.bfloat16] })
      add(cast(result, DType.bfloat16, DType.float32))
    } else {
      add({ ...operation, inputs })
    }
    moved.push(operations.length - 1)
  }
  const outputs = Object.fromEntries(Object.entries(trace.outputs).map(([name, source]) => [name, place(source)]))
  return { ...trace, operations, outputs }
}

const cast = (source: Source, from: DType, to: DType): TracedOperation => ({
  op: 'Cast',
  inputs: [source],
  attributes: { SrcT: { type: from }, DstT: { type: to }, Truncate: { bool: false } },
  dtypes: [to],
})
