/** The entry points of a policy's program: everything a policy does, over one set of variables. */
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { InputKind, ObjectiveGraph } from '../policy.ts'
import { withKernels } from '../kernels/choice.ts'
import { withFusedAdditions } from '../kernels/fuse-additions.ts'
import { forwardPass, objectiveValue } from '../model/objective-value.ts'
import { parameterGroups } from '../model/layout.ts'
import type { Parameter } from '../model/parameter.ts'
import { frozenParameters, parametersOf, trainedParameters } from '../model/parameters.ts'
import type { Weights } from '../model/transformer.ts'
import type { Backend } from '../tensor/backend.ts'
import { Arithmetic } from '../tensor/arithmetic.ts'
import { DType } from '../tensor/dtype.ts'
import { emit } from '../tensor/emit.ts'
import { traceForAllSizes, type SizedFunction, type Sizes } from '../tensor/generalise.ts'
import type { Output } from '../tensor/graph.ts'
import { ProgramBuilder, type EntryResult, type Feeder } from '../tensor/program.ts'
import type { TraceInput } from '../tensor/trace.ts'
import { withBfloat16Products } from '../tensor/bfloat16.ts'
import { addUpdate, momentNames, optimiserFeeds, sumName, type OptimiserFeed } from './adamw.ts'
import { feedsOf, parameterInputs, type EntryContext, type ProgramOptions } from './entry-context.ts'
import { addSamplerEntries } from './sampler-entries.ts'

/** Records every entry point. Takes a second or two; nothing in it depends on the weights or on a batch. */
export function recordProgram(backend: Backend, options: ProgramOptions): ProgramBuilder {
  const program = new ProgramBuilder()
  const parameters = parametersOf(options.shape)
  const context: EntryContext = {
    backend,
    program,
    options,
    parameters,
    trained: trainedParameters(options.shape),
    trace: (fn, change = (trace) => trace) => {
      const { kernels } = backend.facts
      const general = withKernels(kernels, () => traceForAllSizes(backend, fn))
      const traced = change(kernels ? withFusedAdditions(general) : general)
      return options.precision === 'bf16-matmul' ? withBfloat16Products(traced) : traced
    },
    place: (trace, inputs, feed) => {
      const reads = parameters
        .filter(({ name }) => name in trace.inputs)
        .map(({ name }) => [name, program.read(name)] as const)
      const sizes = Object.fromEntries(trace.sizes.map((size) => [size, feed(size, DType.int32)]))
      return emit(program.graph, trace, { ...inputs, ...Object.fromEntries(reads) }, sizes)
    },
  }
  addStateEntries(context)
  addGathering(context)
  for (const objective of options.objectives) addObjective(context, objective)
  addScore(context)
  addSamplerEntries(context)
  return program
}

const batchInputs = ({ rows, width }: Sizes): Record<string, TraceInput> => ({
  tokens: { dtype: 'int32', shape: [rows!, width!] },
  lengths: { dtype: 'int32', shape: [rows!] },
})

/** An objective's own inputs share names with nothing. */
export const objectiveInput = (name: string): string => `input/${name}`

const shapeOf = (kind: InputKind, { rows, width }: Sizes): number[] =>
  kind === 'token' ? [rows!, width! - 1] : kind === 'row' ? [rows!] : []

/**
 * `train:<key>`, `gather:<key>`, `evaluate:<key>`: three ways to use one forward and backward pass. Their results are one packed
 * vector, labelled: one value to fetch, not ten.
 */
function addObjective(context: EntryContext, objective: ObjectiveGraph): void {
  const { backend, program, trained } = context
  const math = new Arithmetic(program.graph)
  const step = context.trace(objectiveFunction(context, objective))
  program.entries(`objective:${objective.key}`, (feed) => {
    const outputs = context.place(step, feedsOf(context, step, feed), feed)
    const gradients = Object.fromEntries(trained.map(({ name }) => [name, outputs[`gradient/${name}`]!]))
    const loss = outputs['loss']!
    const metrics = Object.entries(outputs).filter(([name]) => name.startsWith('metric/'))
    const value = { loss, ...Object.fromEntries(metrics) }
    const adds = trained.map(({ name }) => program.assignAdd(sumName(name), gradients[name]!))
    const { gradNorm, applied, done } = addUpdate(program, gradients, loss, settingsFrom(feed), backend.facts.kernels)
    const packed = (results: Readonly<Record<string, Output>>, after: readonly string[]): EntryResult => ({
      fetches: { summary: math.identity(math.pack(Object.values(results)), after) },
      labels: Object.keys(results),
    })
    return {
      [`evaluate:${objective.key}`]: packed(value, []),
      [`gather:${objective.key}`]: packed(value, adds),
      [`train:${objective.key}`]: packed({ ...value, gradNorm, applied: math.toFloat(applied) }, [done]),
    }
  })
}

/**
 * A step in parts: `gather.begin`, then `gather:<key>` for each part, then `gather.apply`, which is fed the sum of their losses.
 * One step's gradients are kept in variables meanwhile; a policy that never trains in parts never makes them.
 */
function addGathering({ backend, program, trained }: EntryContext): void {
  const math = new Arithmetic(program.graph)
  program.entry('gather.begin', () => {
    const zeros = trained.map(({ name }) => program.assign(sumName(name), math.zerosLike(program.read(name))))
    return { fetches: { done: program.done(zeros) } }
  })
  program.entry('gather.apply', (feed) => {
    const gradients = Object.fromEntries(trained.map(({ name }) => [name, program.read(sumName(name))]))
    const outcome = addUpdate(
      program,
      gradients,
      feed('loss', DType.float32),
      settingsFrom(feed),
      backend.facts.kernels,
    )
    const results = { gradNorm: outcome.gradNorm, applied: math.toFloat(outcome.applied) }
    return {
      fetches: { summary: math.identity(math.pack(Object.values(results)), [outcome.done]) },
      labels: Object.keys(results),
    }
  })
}

const settingsFrom = (feed: Feeder) =>
  Object.fromEntries(optimiserFeeds.map((name) => [name, feed(name, DType.float32)])) as Record<OptimiserFeed, Output>

function objectiveFunction({ options, parameters, trained }: EntryContext, objective: ObjectiveGraph): SizedFunction {
  const { shape, forbidden } = options
  return {
    name: `objective ${objective.key}`,
    sizes: ['rows', 'width'],
    inputs: (sizes) => ({
      ...parameterInputs(parameters),
      ...batchInputs(sizes),
      ...Object.fromEntries(
        Object.entries(objective.inputs).map(
          ([name, kind]) => [objectiveInput(name), { dtype: 'float32', shape: shapeOf(kind, sizes) }] as const,
        ),
      ),
    }),
    build: (inputs) => {
      const batch = { tokens: inputs['tokens'] as Tensor2D, lengths: inputs['lengths'] as Tensor1D }
      const own = Object.fromEntries(Object.keys(objective.inputs).map((name) => [name, inputs[objectiveInput(name)]!]))
      const metrics: Record<string, Tensor> = {}
      const lossOf = (weights: Weights): Scalar => {
        const result = objectiveValue({ ...inputs, ...weights }, shape, forbidden, objective, batch, own)
        for (const [name, metric] of Object.entries(result.metrics)) metrics[`metric/${name}`] = tf.keep(metric)
        return result.loss
      }
      const names = trained.map(({ name }) => name)
      const weights = names.map((name) => inputs[name]!)
      const { value, grads } = tf.valueAndGrads((...given: Tensor[]) =>
        lossOf(Object.fromEntries(names.map((name, i) => [name, given[i]!]))),
      )(weights)
      return { loss: value, ...metrics, ...Object.fromEntries(names.map((name, i) => [`gradient/${name}`, grads[i]!])) }
    },
  }
}

/** `score`: log-probabilities of the tokens as they stand, at a fed temperature. */
function addScore(context: EntryContext): void {
  const { program, options, parameters } = context
  const score = context.trace({
    name: 'score',
    sizes: ['rows', 'width'],
    inputs: (sizes) => ({
      ...parameterInputs(parameters),
      ...batchInputs(sizes),
      inverseTemperature: { dtype: 'float32', shape: [] },
    }),
    build: (inputs) => {
      const batch = { tokens: inputs['tokens'] as Tensor2D, lengths: inputs['lengths'] as Tensor1D }
      return {
        logp: forwardPass(
          inputs,
          options.shape,
          options.forbidden,
          batch,
          inputs['inverseTemperature'] as Scalar,
          false,
        ).logp,
      }
    },
  })
  program.entry('score', (feed) => ({ fetches: context.place(score, feedsOf(context, score, feed), feed) }))
}

/** Entry points that write and read variables, one for each group of parameters: `write.weights:0`, `write.weights:1`, ... */
function addStateEntries({ program, options: { shape }, trained }: EntryContext): void {
  const math = new Arithmetic(program.graph)
  const inGroups = (
    name: string,
    parameters: readonly Parameter[],
    entry: (parameters: readonly Parameter[]) => (feed: Feeder) => EntryResult,
  ) => parameterGroups(parameters).forEach((group, i) => program.entry(`${name}:${i}`, entry(group)))
  // Fed values live in JavaScript's memory, which a variable must not keep: hence the copies.
  const write =
    (variablesOf: (parameter: Parameter) => string[]) => (group: readonly Parameter[]) => (feed: Feeder) => {
      const variables = group.flatMap(variablesOf)
      const assigns = variables.map((name) => program.assign(name, math.copy(feed(name, DType.float32))))
      return { fetches: { done: program.done(assigns) } }
    }
  const read = (variableOf: (parameter: Parameter) => string) => (group: readonly Parameter[]) => () => ({
    fetches: Object.fromEntries(group.map(variableOf).map((name) => [name, program.read(name)])),
  })
  const momentsOf = ({ name }: Parameter) => Object.values(momentNames(name))
  inGroups(
    'write.frozen',
    frozenParameters(shape),
    write(({ name }) => [name]),
  )
  inGroups(
    'write.weights',
    trained,
    write(({ name }) => [name]),
  )
  inGroups('write.moments', trained, write(momentsOf))
  inGroups(
    'read.weights',
    trained,
    read(({ name }) => name),
  )
  inGroups(
    'read.first',
    trained,
    read(({ name }) => momentNames(name).first),
  )
  inGroups(
    'read.second',
    trained,
    read(({ name }) => momentNames(name).second),
  )
  program.entry('zero.moments', () => {
    // Copies, for equal zeros become one: moments are changed in their own memory.
    const assigns = trained.flatMap((parameter) => {
      const value = program.read(parameter.name)
      return momentsOf(parameter).map((moment) => program.assign(moment, math.copy(math.zerosLike(value))))
    })
    return { fetches: { done: program.done(assigns) } }
  })
}
