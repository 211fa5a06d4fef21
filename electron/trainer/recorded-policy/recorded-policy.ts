/** The policy whose every act is one call of a recorded graph. */
import type { ModelShape } from '#shared/experiment/presets.ts'
import { checkBatch, checkRequest, checkRows, objectiveNamed, partsOf } from '../policy-checks.ts'
import type { GenerateRequest, ObjectiveGraph, OptimiserSettings, Policy, PolicyOptions, PolicyState, Rollout, TokenRows, TrainBatch, TrainResult } from '../policy.ts' // prettier-ignore
import { fromStored, toStored, type NamedArrays } from '../model/layout.ts'
import { parametersOf, type Parameter } from '../model/parameters.ts'
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
  readonly shape: ModelShape
  private readonly program: Program
  private readonly parameters: readonly Parameter[]
  private readonly objectives: readonly ObjectiveGraph[]
  private optimiserStep = 0
  /** Moments are made at their first use: a policy that only samples never pays for them. */
  private hasMoments = false

  /** Records or loads the program; weights come with `write`. */
  constructor(backend: Backend, options: PolicyOptions) {
    this.shape = options.shape
    this.parameters = parametersOf(options.shape)
    this.objectives = options.objectives
    this.program = cachedProgram(backend, options, options.graphCache, () => recordProgram(backend, options))
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
    const arrays = fromStored(this.parameters, this.shape, this.fetch('read.weights'))
    const shapes = this.parameters.flatMap(({ parts }) => parts)
    const weights = new Map(shapes.map(({ name, shape }) => [name, { shape, data: arrays.get(name)! }]))
    const { optimiserStep } = this
    if (!moments) return { weights, optimiserStep }
    this.needMoments()
    const fetched = this.fetch('read.moments')
    const half = (which: 'first' | 'second') =>
      fromStored(
        this.parameters,
        this.shape,
        new Map(this.parameters.map(({ name }) => [name, fetched.get(momentNames(name)[which])!])),
      )
    return { weights, optimiserStep, moments: { first: half('first'), second: half('second') } }
  }

  async write({ weights, moments, optimiserStep }: PolicyState): Promise<void> {
    const arrays = new Map([...weights].map(([name, { data }]) => [name, data]))
    const stored = toStored(this.parameters, this.shape, arrays)
    const halves = moments && {
      first: toStored(this.parameters, this.shape, moments.first),
      second: toStored(this.parameters, this.shape, moments.second),
    }
    // All is checked before anything is written.
    this.program.run(
      'write.weights',
      Object.fromEntries(this.parameters.map(({ name, shape }) => [name, { data: stored.get(name)!, shape }])),
    )
    if (halves === undefined) return this.resetOptimiser()
    const feeds = this.parameters.flatMap(({ name, shape }): [string, Feed][] => {
      const { first, second } = momentNames(name)
      return [[first, { data: halves.first.get(name)!, shape }], [second, { data: halves.second.get(name)!, shape }]] // prettier-ignore
    })
    this.program.run('write.moments', Object.fromEntries(feeds))
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

  private fetch(entry: string): NamedArrays {
    return new Map(Object.entries(this.program.run(entry, {})).map(([name, { data }]) => [name, data as Float32Array]))
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
