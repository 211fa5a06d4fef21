/**
 * The reference policy: the same model, executed op by op, with an optimiser and a sampler written for clarity. Slow. It shares
 * the model's formulas with the recorded policy and nothing else: no recording, no fused optimiser, no caches.
 */
import * as tf from '@tensorflow/tfjs'
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import { checkSizes, fromStored, storedArray, toStored } from '../model/layout.ts'
import { tunedShape, type TunedShape } from '../model/lora/adapters.ts'
import { summed } from '../mini-batch-sum.ts'
import { forwardPass, objectiveValue, type BatchTensors } from '../model/objective-value.ts'
import type { Parameter } from '../model/parameter.ts'
import { frozenParameters, partsOf as tensorParts, trainedParameters } from '../model/parameters.ts'
import type { Weights } from '../model/transformer.ts'
import { checkBatch, checkRequest, checkRows, objectiveNamed, partsOf } from '../policy-checks.ts'
import type { GenerateRequest, ObjectiveGraph, OptimiserSettings, Policy, PolicyOptions, PolicyState, Rollout, TokenRows, TrainBatch, TrainResult } from '../policy.ts' // prettier-ignore
import { sampleByFullPasses } from './full-pass-sampler.ts'
import { globalNorm, updatedParameter, type ParameterState } from './reference-adamw.ts'

export class EagerPolicy implements Policy {
  readonly shape: TunedShape
  private readonly options: PolicyOptions
  /** Those that are trained. */
  private readonly parameters: readonly Parameter[]
  private frozen: Weights = {}
  private states = new Map<string, ParameterState>()
  private optimiserStep = 0

  /** Weights come with `write`, those below adapters with `freeze`. */
  constructor(options: PolicyOptions) {
    this.shape = tunedShape(options)
    this.options = options
    this.parameters = trainedParameters(this.shape)
  }

  /** @throws Failure 'checkpoint.incompatible'. */
  freeze(base: PolicyState['weights']): void {
    const parameters = frozenParameters(this.shape)
    checkSizes(parameters, base)
    const tensors = parameters.map((parameter) => {
      const data = storedArray(parameter, this.shape, (name) => base.get(name)?.data)
      return [parameter.name, tf.keep(tf.tensor(data, [...parameter.shape]))] as const
    })
    this.frozen = Object.fromEntries(tensors)
  }

  async train(
    objectiveKey: string,
    batch: TrainBatch | readonly TrainBatch[],
    settings: OptimiserSettings,
  ): Promise<TrainResult> {
    const parts = partsOf(batch)
    const objectives = parts.map((part) => this.objective(objectiveKey, part))
    return tf.tidy(() => {
      const names = this.parameters.map(({ name }) => name)
      const results = parts.map((part, i) => this.gradients(objectives[i]!, part))
      const { loss, metrics } = summed(results)
      const grads = names.map((_, i) => tf.addN(results.map(({ grads }) => grads[i]!)))
      const gradNorm = globalNorm(grads)
      const applied = Number.isFinite(loss) && Number.isFinite(gradNorm) && gradNorm <= (settings.skipAbove ?? Infinity)
      if (applied) {
        this.optimiserStep++
        names.forEach((name, i) =>
          this.replace(
            name,
            updatedParameter(this.states.get(name)!, grads[i]!, gradNorm, settings, this.optimiserStep),
          ),
        )
      }
      return { loss, gradNorm, metrics, applied } as TrainResult & tf.TensorContainerObject
    })
  }

  /** Loss, metrics and gradients (in the parameters' order) of one part. Call it inside tidy(). */
  private gradients(objective: ObjectiveGraph, batch: TrainBatch) {
    const names = this.parameters.map(({ name }) => name)
    const metrics: Record<string, Scalar> = {}
    const lossOf = (...weights: Tensor[]): Scalar => {
      const given = Object.fromEntries(names.map((name, i) => [name, weights[i]!]))
      const result = this.value({ ...this.frozen, ...given }, objective, batch)
      for (const [name, metric] of Object.entries(result.metrics)) metrics[name] = tf.keep(metric)
      return result.loss
    }
    const { value, grads } = tf.valueAndGrads(lossOf)(names.map((name) => this.states.get(name)!.weight))
    return { loss: value.dataSync()[0]!, metrics: numbersOf(metrics), grads }
  }

  async evaluate(
    objectiveKey: string,
    batch: TrainBatch,
  ): Promise<{ loss: number; metrics: Readonly<Record<string, number>> }> {
    const objective = this.objective(objectiveKey, batch)
    return tf.tidy(() => {
      const { loss, metrics } = this.value(this.weights(), objective, batch)
      return { loss: loss.dataSync()[0]!, metrics: numbersOf(metrics) }
    })
  }

  async score(rows: TokenRows, temperature: number): Promise<Float32Array> {
    checkRows(rows, this.shape)
    const logp = tf.tidy(
      () =>
        forwardPass(
          this.weights(),
          this.shape,
          this.options.forbidden,
          rowTensors(rows),
          tf.scalar(1 / temperature),
          false,
        ).logp,
    )
    const values = (await logp.data()) as Float32Array
    logp.dispose()
    return values
  }

  async generate(request: GenerateRequest): Promise<Rollout[]> {
    checkRequest(request, this.shape)
    return sampleByFullPasses(this.weights(), this.shape, request)
  }

  async read({ moments = false }: { moments?: boolean } = {}): Promise<PolicyState> {
    const arrays = (field: keyof ParameterState) => {
      const stored = new Map([...this.states].map(([name, state]) => [name, state[field].dataSync() as Float32Array]))
      return fromStored(this.parameters, this.shape, stored)
    }
    const data = arrays('weight')
    const weights = new Map(
      tensorParts(this.parameters).map(({ name, shape }) => [name, { shape, data: data.get(name)! }]),
    )
    const halves = moments ? { moments: { first: arrays('first'), second: arrays('second') } } : {}
    return { weights, optimiserStep: this.optimiserStep, ...halves }
  }

  async write({ weights, moments, optimiserStep }: PolicyState): Promise<void> {
    const stored = (tensors: ReadonlyMap<string, Float32Array>) => toStored(this.parameters, this.shape, tensors)
    const data = stored(new Map([...weights].map(([name, tensor]) => [name, tensor.data])))
    const halves = moments && { first: stored(moments.first), second: stored(moments.second) }
    for (const { name, shape } of this.parameters) {
      const tensor = (values: Float32Array | undefined) =>
        values ? tf.tensor(values, [...shape]) : tf.zeros([...shape])
      this.replace(name, {
        weight: tensor(data.get(name)),
        first: tensor(halves?.first.get(name)),
        second: tensor(halves?.second.get(name)),
      })
    }
    this.optimiserStep = halves ? optimiserStep : 0
  }

  async resetOptimiser(): Promise<void> {
    this.optimiserStep = 0
    for (const [name, { weight, first, second }] of this.states) {
      this.replace(name, { weight: weight.clone(), first: tf.zerosLike(first), second: tf.zerosLike(second) })
    }
  }

  dispose(): void {
    for (const { weight, first, second } of this.states.values()) tf.dispose([weight, first, second])
    this.states.clear()
    tf.dispose(Object.values(this.frozen))
  }

  private replace(name: string, state: ParameterState): void {
    const old = this.states.get(name)
    if (old !== undefined) tf.dispose([old.weight, old.first, old.second])
    this.states.set(name, { weight: tf.keep(state.weight), first: tf.keep(state.first), second: tf.keep(state.second) })
  }

  private weights(): Weights {
    return { ...this.frozen, ...Object.fromEntries([...this.states].map(([name, { weight }]) => [name, weight])) }
  }

  private value(weights: Weights, objective: ObjectiveGraph, batch: TrainBatch) {
    const shapes = { token: [batch.rows, batch.width - 1], row: [batch.rows], scalar: [] }
    const own = Object.entries(objective.inputs).map(
      ([name, kind]) => [name, tf.tensor(batch.inputs[name]!, shapes[kind])] as const,
    )
    return objectiveValue(
      weights,
      this.shape,
      this.options.forbidden,
      objective,
      rowTensors(batch),
      Object.fromEntries(own),
    )
  }

  private objective(key: string, batch: TrainBatch): ObjectiveGraph {
    const objective = objectiveNamed(this.options.objectives, key)
    checkBatch(batch, objective, this.shape)
    return objective
  }
}

const rowTensors = ({ tokens, rows, width, lengths }: TokenRows): BatchTensors => ({
  tokens: tf.tensor2d(tokens, [rows, width], 'int32') as Tensor2D,
  lengths: tf.tensor1d(lengths, 'int32') as Tensor1D,
})

function numbersOf(metrics: Readonly<Record<string, Scalar>>): Record<string, number> {
  const numbers = Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.dataSync()[0]!]))
  tf.dispose(Object.values(metrics))
  return numbers
}
