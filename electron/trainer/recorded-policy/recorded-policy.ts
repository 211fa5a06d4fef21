/** The policy whose every act is one call of a recorded graph. */
import { checkBatch, checkRequest, checkRows, objectiveNamed, partsOf } from '../policy-checks.ts'
import type { GenerateRequest, ObjectiveGraph, OptimiserSettings, Policy, PolicyOptions, PolicyState, Rollout, TokenRows, TrainBatch, TrainResult } from '../policy.ts' // prettier-ignore
import { checkSizes, parameterGroups, storedArray, tensorsOf } from '../model/layout.ts'
import { tunedShape, type TunedShape } from '../model/lora/adapters.ts'
import type { Parameter } from '../model/parameter.ts'
import { frozenParameters, partsOf as tensorParts, trainedParameters } from '../model/parameters.ts'
import { sampleAll } from '../rollout/continuous-batching.ts'
import { batchingLimits } from '../rollout/limits.ts'
import type { Backend } from '../tensor/backend.ts'
import { scalar, wholeScalar, type Feed, type Program } from '../tensor/program.ts'
import { momentNames, optimiserValues } from './adamw.ts'
import { objectiveInput, recordProgram } from './entry-points.ts'
import { summed } from '../mini-batch-sum.ts'
import { cachedProgram } from './graph-cache.ts'
import { RecordedTokens } from './recorded-tokens.ts'

export class RecordedPolicy implements Policy {
  readonly shape: TunedShape
  private readonly program: Program
  /** Those that are trained. */
  private readonly parameters: readonly Parameter[]
  private readonly objectives: readonly ObjectiveGraph[]
  private optimiserStep = 0
  /** Moments are made at their first use: a policy that only samples never pays for them. */
  private hasMoments = false

  /** Records or loads the program; weights come with `write`, those below adapters with `freeze`. */
  constructor(backend: Backend, options: PolicyOptions) {
    this.shape = tunedShape(options)
    this.parameters = trainedParameters(this.shape)
    this.objectives = options.objectives
    const recorded = { ...options, shape: this.shape }
    this.program = cachedProgram(backend, recorded, options.graphCache, () => recordProgram(backend, recorded))
  }

  /** @throws Failure 'checkpoint.incompatible'. */
  freeze(base: PolicyState['weights']): void {
    const parameters = frozenParameters(this.shape)
    checkSizes(parameters, base)
    this.store('write.frozen', parameters, (parameter) => ({ [parameter.name]: this.stored(parameter, base) }))
  }

  async train(
    objectiveKey: string,
    batch: TrainBatch | readonly TrainBatch[],
    settings: OptimiserSettings,
  ): Promise<TrainResult> {
    const parts = partsOf(batch)
    const objectives = parts.map((part) => this.objective(objectiveKey, part))
    this.needMoments()
    const values = optimiserValues(settings, this.optimiserStep + 1)
    const fed = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, scalar(value)]))
    const feeds = parts.map((part, i) => batchFeeds(part, objectives[i]!))
    const { loss, gradNorm, applied, metrics } =
      feeds.length === 1
        ? this.summary(`train:${objectiveKey}`, { ...feeds[0]!, ...fed })
        : this.trainInParts(objectiveKey, feeds, fed)
    if (applied === 1) this.optimiserStep++
    return { loss: loss!, gradNorm: gradNorm!, metrics, applied: applied === 1 }
  }

  async evaluate(
    objectiveKey: string,
    batch: TrainBatch,
  ): Promise<{ loss: number; metrics: Readonly<Record<string, number>> }> {
    const objective = this.objective(objectiveKey, batch)
    const { loss, metrics } = this.summary(`evaluate:${objectiveKey}`, batchFeeds(batch, objective))
    return { loss: loss!, metrics }
  }

  async score(rows: TokenRows, temperature: number): Promise<Float32Array> {
    checkRows(rows, this.shape)
    const { logp } = this.program.run('score', { ...rowFeeds(rows), inverseTemperature: scalar(1 / temperature) })
    return logp!.data as Float32Array
  }

  async generate(request: GenerateRequest): Promise<Rollout[]> {
    checkRequest(request, this.shape)
    return sampleAll(
      new RecordedTokens(this.program, this.shape, request),
      request,
      batchingLimits(this.shape, request),
    )
  }

  async read({ moments = false }: { moments?: boolean } = {}): Promise<PolicyState> {
    const arrays = this.fetch('read.weights', ({ name }) => name)
    const shapes = tensorParts(this.parameters)
    const weights = new Map(shapes.map(({ name, shape }) => [name, { shape, data: arrays.get(name)! }]))
    const { optimiserStep } = this
    if (!moments) return { weights, optimiserStep }
    this.needMoments()
    const half = (which: 'first' | 'second') => this.fetch(`read.${which}`, ({ name }) => momentNames(name)[which])
    return { weights, optimiserStep, moments: { first: half('first'), second: half('second') } }
  }

  async write({ weights, moments, optimiserStep }: PolicyState): Promise<void> {
    // What can be checked is checked before anything is written.
    checkSizes(this.parameters, weights)
    if (moments) checkMoments(this.parameters, moments)
    this.store('write.weights', this.parameters, (parameter) => ({ [parameter.name]: this.stored(parameter, weights) }))
    if (moments === undefined) return this.resetOptimiser()
    this.store('write.moments', this.parameters, (parameter) => {
      const { first, second } = momentNames(parameter.name)
      const half = (from: ReadonlyMap<string, Float32Array>) =>
        storedArray(parameter, this.shape, (name) => from.get(name))
      return { [first]: half(moments.first), [second]: half(moments.second) }
    })
    this.hasMoments = true
    this.optimiserStep = optimiserStep
  }

  async resetOptimiser(): Promise<void> {
    this.hasMoments = false
    this.optimiserStep = 0
  }

  dispose(): void {
    this.program.dispose()
  }

  private needMoments(): void {
    if (!this.hasMoments) this.program.run('zero.moments', {})
    this.hasMoments = true
  }

  private stored(parameter: Parameter, weights: PolicyState['weights']): Float32Array {
    return storedArray(parameter, this.shape, (name) => weights.get(name)?.data)
  }

  /** Runs the entry points `<entry>:0`, `<entry>:1`, ... which write the variables of a group of parameters each. */
  private store(
    entry: string,
    parameters: readonly Parameter[],
    arraysOf: (parameter: Parameter) => Readonly<Record<string, Float32Array>>,
  ): void {
    parameterGroups(parameters).forEach((group, i) => {
      const feeds = group.flatMap((parameter) =>
        Object.entries(arraysOf(parameter)).map(([name, data]): [string, Feed] => [
          name,
          { data, shape: parameter.shape },
        ]),
      )
      this.program.run(`${entry}:${i}`, Object.fromEntries(feeds))
    })
  }

  /** Variables by Hugging Face's names, read group by group. */
  private fetch(entry: string, variableOf: (parameter: Parameter) => string): Map<string, Float32Array> {
    const tensors = new Map<string, Float32Array>()
    parameterGroups(this.parameters).forEach((group, i) => {
      const fetched = this.program.run(`${entry}:${i}`, {})
      for (const parameter of group) {
        const array = fetched[variableOf(parameter)]!.data as Float32Array
        for (const [name, data] of tensorsOf(parameter, this.shape, array)) tensors.set(name, data)
      }
    })
    return tensors
  }

  private trainInParts(
    objectiveKey: string,
    parts: readonly Readonly<Record<string, Feed>>[],
    settings: Readonly<Record<string, Feed>>,
  ) {
    this.program.run('gather.begin', {})
    const { loss, metrics } = summed(parts.map((feeds) => this.summary(`gather:${objectiveKey}`, feeds)))
    const { gradNorm, applied } = this.summary('gather.apply', { ...settings, loss: scalar(loss) })
    return { loss, metrics, gradNorm, applied }
  }

  /** A packed result by its labels. */
  private summary(entry: string, feeds: Readonly<Record<string, Feed>>) {
    const { summary } = this.program.run(entry, feeds)
    const named = this.program.labels(entry).map((label, i): [string, number] => [label, summary!.data[i]!])
    const metrics = named
      .filter(([label]) => label.startsWith('metric/'))
      .map(([label, value]) => [label.slice('metric/'.length), value])
    const { loss, gradNorm, applied } = Object.fromEntries(named)
    return { loss, gradNorm, applied, metrics: Object.fromEntries(metrics) as Record<string, number> }
  }

  private objective(key: string, batch: TrainBatch): ObjectiveGraph {
    const objective = objectiveNamed(this.objectives, key)
    checkBatch(batch, objective, this.shape)
    return objective
  }
}

function checkMoments(parameters: readonly Parameter[], moments: NonNullable<PolicyState['moments']>): void {
  for (const half of [moments.first, moments.second])
    checkSizes(parameters, new Map([...half].map(([name, { length }]) => [name, { shape: [length] }])))
}

const rowFeeds = ({ tokens, rows, width, lengths }: TokenRows): Record<string, Feed> => ({
  tokens: { data: tokens, shape: [rows, width] },
  lengths,
  rows: wholeScalar(rows),
  width: wholeScalar(width),
})

function batchFeeds(batch: TrainBatch, objective: ObjectiveGraph): Record<string, Feed> {
  const shapes = { token: [batch.rows, batch.width - 1], row: [batch.rows], scalar: [] }
  const own = Object.entries(objective.inputs).map(([name, kind]) => [
    objectiveInput(name),
    { data: batch.inputs[name]!, shape: shapes[kind] },
  ])
  return { ...rowFeeds(batch), ...(Object.fromEntries(own) as Record<string, Feed>) }
}
