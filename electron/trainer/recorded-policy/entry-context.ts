/** What every entry point is built with: the program, its parameters, and the two ways a traced function comes into the graph. */
import type { PolicyOptions } from '../policy.ts'
import type { TunedShape } from '../model/lora/adapters.ts'
import type { Parameter } from '../model/parameter.ts'
import type { Backend } from '../tensor/backend.ts'
import { DType } from '../tensor/dtype.ts'
import type { GeneralTrace, SizedFunction } from '../tensor/generalise.ts'
import type { Output } from '../tensor/graph.ts'
import type { Feeder, ProgramBuilder } from '../tensor/program.ts'
import type { TraceInput } from '../tensor/trace.ts'

export type ProgramOptions = Pick<PolicyOptions, 'objectives' | 'forbidden' | 'precision'> & {
  readonly shape: TunedShape
}

/** What of a traced function goes into the program. */
export interface EntryContext {
  readonly backend: Backend
  readonly program: ProgramBuilder
  readonly options: ProgramOptions
  /** All that the model computes with. */
  readonly parameters: readonly Parameter[]
  /** Those that are trained, in the same order. */
  readonly trained: readonly Parameter[]
  /** Traces at all sizes, changes the trace if asked to, and brings it to the policy's precision. */
  trace(fn: SizedFunction, change?: (trace: GeneralTrace) => GeneralTrace): GeneralTrace
  /** Puts a trace into the graph: parameters read from their variables, all else from `inputs`. */
  place(trace: GeneralTrace, inputs: Readonly<Record<string, Output>>, feed: Feeder): Record<string, Output>
}

/** The parameters as inputs of a traced function. */
export const parameterInputs = (parameters: readonly Parameter[]): Record<string, TraceInput> =>
  Object.fromEntries(parameters.map(({ name, shape }) => [name, { dtype: 'float32', shape }]))

/** Feeds for those inputs of a trace that are no parameters. */
export function feedsOf({ parameters }: EntryContext, trace: GeneralTrace, feed: Feeder): Record<string, Output> {
  const own = Object.entries(trace.inputs).filter(([name]) => !parameters.some((parameter) => parameter.name === name))
  return Object.fromEntries(own.map(([name, dtype]) => [name, feed(name, DType[dtype])]))
}
