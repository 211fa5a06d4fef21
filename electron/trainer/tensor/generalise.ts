/**
 * From traces at a few sizes to one graph for every size.
 *
 * tfjs writes shapes into its operations as constants (the target of a Reshape, the dims of a Fill), so one trace fits one
 * batch shape only. But what varies between traces at different sizes is only such whole numbers. Tracing at the corners
 * of a small box of sizes gives each number's polynomial; a further trace elsewhere checks it. A graph then computes the
 * numbers from sizes that are fed, and a batch of 61 rows of 27 tokens needs neither a new graph nor padding.
 */
import type { Backend } from './backend.ts'
import type { DType, TensorData } from './dtype.ts'
import type { ConstantValue } from './graph.ts'
import { evaluate, interpolate, isConstant, isWhole, type Polynomial } from './polynomial.ts'
import { trace, type Source, type Trace, type TracedFunction, type TracedOperation, type TraceInput } from './trace.ts'

export type GeneralConstant =
  | { readonly kind: 'fixed'; readonly value: ConstantValue }
  /** Numbers that depend on the sizes; the shape does not. */
  | {
      readonly kind: 'sized'
      readonly dtype: DType
      readonly shape: readonly number[]
      readonly entries: readonly Polynomial[]
    }
  /** One number everywhere, in a shape that depends on the sizes. */
  | { readonly kind: 'filled'; readonly dtype: DType; readonly dims: readonly Polynomial[]; readonly value: number }

/** A traced function as a graph for all sizes. */
export interface GeneralTrace {
  readonly sizes: readonly string[]
  readonly inputs: Readonly<Record<string, TraceInput['dtype']>>
  readonly operations: readonly TracedOperation[]
  readonly constants: readonly GeneralConstant[]
  readonly outputs: Readonly<Record<string, Source>>
}

export type Sizes = Readonly<Record<string, number>>

export interface SizedFunction {
  /** Shown in errors. */
  readonly name: string
  /** What the shapes depend on, by name: rows, width, ... */
  readonly sizes: readonly string[]
  readonly inputs: (sizes: Sizes) => Readonly<Record<string, TraceInput>>
  readonly build: (inputs: Parameters<TracedFunction>[0], sizes: Sizes) => ReturnType<TracedFunction>
}

// None below 2 (a size of 1 would make tfjs broadcast), and small: the function really runs at these sizes.
const corners = [
  { low: 2, high: 3, check: 4 },
  { low: 5, high: 7, check: 6 },
  { low: 9, high: 11, check: 10 },
] as const

/**
 * Traces a function so that it fits all sizes.
 * @throws Error naming the function and the place when its operations differ between sizes, or a number in it is no
 * multilinear whole number of the sizes (say, a division by rows worked out in JavaScript and then squared).
 */
export function traceForAllSizes(backend: Backend, fn: SizedFunction): GeneralTrace {
  const box = fn.sizes.map((_, i) => corners[i]!)
  const named = (values: readonly number[]): Sizes => Object.fromEntries(fn.sizes.map((name, i) => [name, values[i]!]))
  const at = (values: readonly number[]): Trace => {
    const sizes = named(values)
    return trace(backend, fn.inputs(sizes), (inputs) => fn.build(inputs, sizes))
  }
  const traces = Array.from({ length: 2 ** box.length }, (_, corner) =>
    at(box.map(({ low, high }, i) => (corner & (1 << i) ? high : low))),
  )
  const check = box.map((side) => side.check)
  const checked = box.length === 0 ? traces[0]! : at(check)
  const first = traces[0]!
  for (const other of [...traces, checked]) assertSameOperations(fn.name, first, other)
  const fit = (values: readonly number[], expected: number, what: string): Polynomial => {
    const polynomial = interpolate(values, box.map(({ low }) => low), box.map(({ high }) => high)) // prettier-ignore
    if (isWhole(polynomial) && evaluate(polynomial, check) === expected) return polynomial
    throw new Error(
      `${fn.name}: ${what} depends on the sizes ${fn.sizes.join(', ')} in a way that a graph cannot follow (${values.join(', ')})`,
    )
  }
  const constants = first.constants.map(
    (constant, index) =>
    generalConstant(constant, traces.map((t) => t.constants[index]!), checked.constants[index]!, fit, placeOf(first, index)), // prettier-ignore
  )
  const inputs = Object.fromEntries(Object.entries(fn.inputs(named(check))).map(([name, { dtype }]) => [name, dtype]))
  return { sizes: fn.sizes, inputs, operations: first.operations, constants, outputs: first.outputs }
}

type Fit = (values: readonly number[], expected: number, what: string) => Polynomial

function generalConstant(
  first: ConstantValue,
  all: readonly ConstantValue[],
  checked: ConstantValue,
  fit: Fit,
  place: string,
): GeneralConstant {
  const { dtype } = first
  if ([...all, checked].every((other) => sameShape(first, other))) {
    if ([...all, checked].every((other) => sameData(first.data, other.data))) return { kind: 'fixed', value: first }
    const entries = Array.from(first.data, (_, i) => fit(all.map(({ data }) => data[i]!), checked.data[i]!, `entry ${i} of ${place}`)) // prettier-ignore
    return { kind: 'sized', dtype, shape: first.shape, entries }
  }
  const value = first.data[0]!
  const isUniform = [...all, checked].every(
    ({ data, shape }) => shape.length === first.shape.length && data.every((entry) => entry === value),
  )
  if (!isUniform)
    throw new Error(
      `${place} is an array whose length depends on the sizes; build it from graph operations (range, fill)`,
    )
  const dims = first.shape.map((_, i) => fit(all.map(({ shape }) => shape[i]!), checked.shape[i]!, `dimension ${i} of ${place}`)) // prettier-ignore
  return { kind: 'filled', dtype, dims, value }
}

const sameShape = (a: ConstantValue, b: ConstantValue) =>
  a.shape.length === b.shape.length && a.shape.every((size, i) => size === b.shape[i])
// Object.is: a constant NaN equals itself.
const sameData = (a: TensorData, b: TensorData) =>
  a.length === b.length && a.every((entry, i) => Object.is(entry, b[i]))

/** For messages: which operation a constant goes into. */
function placeOf({ operations }: Trace, constant: number): string {
  const user = operations.find(({ inputs }) =>
    inputs.some((source) => source.from === 'constant' && source.index === constant),
  )
  return `a constant of ${user?.op ?? 'the outputs'}`
}

function assertSameOperations(name: string, a: Trace, b: Trace): void {
  const wiring = ({ operations, outputs, constants }: Trace) => [
    ...operations.map((o) => JSON.stringify(o)),
    JSON.stringify(outputs),
    `${constants.length}`,
  ]
  const [left, right] = [wiring(a), wiring(b)]
  const difference = left.findIndex((line, i) => line !== right[i])
  if (difference < 0 && left.length === right.length) return
  throw new Error(
    `${name}: its operations depend on the batch's size. At one size ${left[difference]}, at another ${right[difference]}`,
  )
}

/** A Reshape may leave one dimension open: the fewer numbers have to be computed in the graph, the better. */
export function withOpenDimension(constant: GeneralConstant): GeneralConstant {
  if (constant.kind !== 'sized' || constant.entries.some((entry) => isConstant(entry) && entry[0] === -1))
    return constant
  const varying = constant.entries.map((entry, i) => ({
    i,
    terms: isConstant(entry) ? 0 : entry.filter((c) => c !== 0).length,
  }))
  const open = varying.reduce((best, entry) => (entry.terms > best.terms ? entry : best)).i
  const entries = constant.entries.map((entry, i) => (i === open ? [-1] : entry))
  if (!entries.every(isConstant)) return { ...constant, entries }
  return {
    kind: 'fixed',
    value: { dtype: constant.dtype, shape: constant.shape, data: Int32Array.from(entries, ([value]) => value!) },
  }
}
