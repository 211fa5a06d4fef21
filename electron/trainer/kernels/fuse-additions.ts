/**
 * Additions that stand beside a norm, done by the norm's own kernel, which reads and writes the same rows anyway: that of the residual
 * before it, and backwards those of the gradients that meet there. A change to a trace, because the tape adds gradients by itself.
 */
import type { GeneralTrace } from '../tensor/generalise.ts'
import type { Source, TracedOperation } from '../tensor/trace.ts'

const isAddition = ({ op }: TracedOperation) => op === 'Add' || op === 'AddV2'

/** Where the kernels take summands, and which output is the sum or takes part in one. */
const forward = { op: 'SwitchpointNorm', x: 0, more: 1, sum: 0 } as const
const backward = { op: 'SwitchpointNormGradient', dy: 0, dy2: 1, residual: 5, dx: 0 } as const

/**
 * The same trace with fewer operations. Additions there are of equal shapes (a residual, or gradients of one tensor); the kernel refuses any
 * other.
 */
export function withFusedAdditions(trace: GeneralTrace): GeneralTrace {
  const operations: (TracedOperation | null)[] = [...trace.operations]
  const users = usersOf(trace)
  /** What stands for an output of an operation that is gone. */
  const instead = new Map<string, Source>()
  const usedOnceBy = (index: number, output: number) => {
    const found = users.get(keyOf(index, output)) ?? []
    return found.length === 1 ? found[0]! : undefined
  }
  const additionOf = (source: Source | undefined): { addition: TracedOperation; index: number } | undefined => {
    if (source?.from !== 'operation') return undefined
    const addition = operations[source.index]
    return addition && isAddition(addition) ? { addition, index: source.index } : undefined
  }
  const withInputs = (operation: TracedOperation, changes: Readonly<Record<number, Source>>): TracedOperation => ({
    ...operation,
    inputs: operation.inputs.map((input, i) => changes[i] ?? input),
  })

  trace.operations.forEach((norm, i) => {
    if (norm.op !== forward.op) return
    const found = additionOf(norm.inputs[forward.x])
    // One norm an addition: a second one of the same sum keeps it as it is.
    if (found === undefined || !norm.inputs.every((input) => comesBefore(input, found.index + 1))) return
    const [a, b] = found.addition.inputs as [Source, Source]
    // The addition's place, for others may need the sum before the norm stands.
    operations[found.index] = withInputs(norm, { [forward.x]: a, [forward.more]: b })
    operations[i] = null
    instead.set(keyOf(found.index, 0), { from: 'operation', index: found.index, output: forward.sum })
    norm.dtypes.forEach((_, output) => instead.set(keyOf(i, output), { from: 'operation', index: found.index, output }))
  })
  trace.operations.forEach((gradient, i) => {
    if (gradient.op !== backward.op) return
    const incoming = additionOf(gradient.inputs[backward.dy])
    if (incoming !== undefined && usedOnceBy(incoming.index, 0) === i) {
      const [a, b] = incoming.addition.inputs as [Source, Source]
      operations[i] = withInputs(operations[i]!, { [backward.dy]: a, [backward.dy2]: b })
      operations[incoming.index] = null
    }
    const sum = usedOnceBy(i, backward.dx)
    const outgoing = sum === undefined ? undefined : operations[sum]
    if (sum === undefined || !outgoing || !isAddition(outgoing)) return
    const other = outgoing.inputs.find((input) => !isOutput(input, i, backward.dx))
    const waits = (output: number) => (users.get(keyOf(i, output)) ?? []).every((user) => user < 0 || user >= sum)
    if (other === undefined || !gradient.dtypes.every((_, output) => waits(output))) return
    // The addition's place: by then the other summand is there.
    operations[sum] = withInputs(operations[i]!, { [backward.residual]: other })
    operations[i] = null
    gradient.dtypes.forEach((_, output) => instead.set(keyOf(i, output), { from: 'operation', index: sum, output }))
  })
  return renumbered(trace, operations, instead)
}

const keyOf = (index: number, output: number): string => `${index}:${output}`

const comesBefore = (source: Source, index: number): boolean => source.from !== 'operation' || source.index < index

const isOutput = (source: Source, index: number, output: number): boolean =>
  source.from === 'operation' && source.index === index && source.output === output

/** By output: the operations that take it, once for each time; -1 for the trace's own outputs. */
function usersOf({ operations, outputs }: GeneralTrace): ReadonlyMap<string, readonly number[]> {
  const users = new Map<string, number[]>()
  const add = (source: Source, user: number) => {
    if (source.from !== 'operation') return
    const key = keyOf(source.index, source.output)
    users.set(key, [...(users.get(key) ?? []), user])
  }
  operations.forEach(({ inputs }, i) => inputs.forEach((source) => add(source, i)))
  Object.values(outputs).forEach((source) => add(source, -1))
  return users
}

/** The trace without the operations that are gone. */
function renumbered(
  trace: GeneralTrace,
  operations: readonly (TracedOperation | null)[],
  instead: ReadonlyMap<string, Source>,
): GeneralTrace {
  const numbers: number[] = []
  let count = 0
  for (const operation of operations) numbers.push(operation === null ? -1 : count++)
  const placed = (source: Source): Source => {
    if (source.from !== 'operation') return source
    const standing = instead.get(keyOf(source.index, source.output)) ?? source
    return standing.from === 'operation' ? { ...standing, index: numbers[standing.index]! } : standing
  }
  return {
    ...trace,
    operations: operations.flatMap((operation) =>
      operation === null ? [] : [{ ...operation, inputs: operation.inputs.map(placed) }],
    ),
    outputs: Object.fromEntries(Object.entries(trace.outputs).map(([name, source]) => [name, placed(source)])),
  }
}
