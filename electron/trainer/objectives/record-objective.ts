/** Runs an objective's graph recorded: value, metrics and gradient from one TensorFlow graph that fits every batch. For tests. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs'
import type { ObjectiveGraph } from '../policy.ts'
import type { Backend } from '../tensor/backend.ts'
import { DType } from '../tensor/dtype.ts'
import { emit } from '../tensor/emit.ts'
import { traceForAllSizes } from '../tensor/generalise.ts'
import { Program, ProgramBuilder, wholeScalar, type Feed } from '../tensor/program.ts'
import type { ObjectiveValue } from './evaluate-objective.ts'
import { objectiveGradient } from './objective-gradient.ts'
import type { Layout } from './update-row.ts'

/** As `evaluateObjective`, in a graph recorded for this call. */
export function evaluateRecorded(
  backend: Backend,
  graph: ObjectiveGraph,
  inputs: Readonly<Record<string, Float32Array>>,
  forward: { readonly logp: Float32Array; readonly entropy: Float32Array },
  { rows, width }: Layout,
): ObjectiveValue {
  const T = width - 1
  const shapeOf = (kind: 'token' | 'row' | 'scalar', B: number, columns: number) =>
    kind === 'token' ? [B, columns] : kind === 'row' ? [B] : []
  const kinds = { logp: 'token', entropy: 'token', ...graph.inputs } as const
  const trace = traceForAllSizes(backend, {
    name: graph.key,
    sizes: ['rows', 'columns'],
    inputs: ({ rows: B, columns }) =>
      Object.fromEntries(
        Object.entries(kinds).map(([name, kind]) => [name, { dtype: 'float32', shape: shapeOf(kind, B!, columns!) }]),
      ),
    build: ({ logp, entropy, ...given }) => stepOf(graph, logp as Tensor2D, entropy as Tensor2D, given),
  })
  const builder = new ProgramBuilder()
  builder.entry('step', (feed) => ({
    fetches: emit(
      builder.graph,
      trace,
      Object.fromEntries(Object.keys(kinds).map((name) => [name, feed(name, DType.float32)])),
      { rows: feed('rows', DType.int32), columns: feed('columns', DType.int32) },
    ),
  }))
  const program = Program.fromBuilder(backend, builder)
  try {
    const values = { ...inputs, ...forward }
    const feeds: Record<string, Feed> = { rows: wholeScalar(rows), columns: wholeScalar(T) }
    for (const [name, kind] of Object.entries(kinds))
      feeds[name] = { data: values[name as keyof typeof values]!, shape: shapeOf(kind, rows, T) }
    const fetched = program.run('step', feeds)
    const metrics = Object.entries(fetched).flatMap(([name, { data }]) =>
      name.startsWith('metric/') ? [[name.slice('metric/'.length), data[0]!] as const] : [],
    )
    return {
      loss: fetched['loss']!.data[0]!,
      gradient: fetched['gradient']!.data as Float32Array,
      metrics: Object.fromEntries(metrics),
    }
  } finally {
    program.dispose()
  }
}

function stepOf(graph: ObjectiveGraph, logp: Tensor2D, entropy: Tensor2D, given: Readonly<Record<string, Tensor>>) {
  const inputs = given as Readonly<Record<string, Tensor2D>>
  const { loss, metrics, gradient } = objectiveGradient(graph, { logp, entropy }, inputs)
  const named = Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [`metric/${name}`, metric]))
  return { loss, gradient, ...named }
}
