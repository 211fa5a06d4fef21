/**
 * The policy as the stages see it: weights, an optimiser, and four things to do with them (train, score, generate, read or
 * write the weights). Two implementations stand behind it: the recorded one (one TensorFlow graph holds every entry point)
 * and the op-by-op reference. Stages, objectives and the sampler's bookkeeping know nothing of graphs.
 */
import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs'
import type { LoraSettings } from '#shared/experiment/model-ref.ts'
import type { ModelShape } from '#shared/experiment/presets.ts'

/** Token rows, right-padded with `pad`. Row b holds prompt then response, from column 0. */
export interface TokenRows {
  readonly tokens: Int32Array // [rows * width]
  readonly rows: number
  readonly width: number
  /** Tokens of each row that are not padding. */
  readonly lengths: Int32Array // [rows]
}

/** What the forward pass hands an objective. Column t speaks of token t+1: T = width - 1. */
export interface Forward {
  readonly logp: Tensor2D // [B, T] log-probability (nats) of the token that stands at t+1, of softmax(logits / temperature)
  readonly entropy: Tensor2D // [B, T] entropy (nats) of the whole distribution at t; built only when `wantsEntropy`
}

/** The shape of one extra input of an objective: [B, T], [B] or []. */
export type InputKind = 'token' | 'row' | 'scalar'

/**
 * An objective as a graph builder. `key` names the objective AND every setting that is a constant in the graph: two
 * objectives with one key must build the same graph (a recorded graph is cached by it).
 */
export interface ObjectiveGraph {
  readonly key: string
  readonly temperature: number
  readonly wantsEntropy: boolean
  readonly inputs: Readonly<Record<string, InputKind>>
  /** Pure; called inside tidy() with tensors of the declared kinds; gradients flow from `loss` into the forward pass. */
  build(
    forward: Forward,
    inputs: Readonly<Record<string, Tensor2D | Tensor1D | Scalar>>,
  ): {
    loss: Scalar
    metrics: Readonly<Record<string, Scalar>>
  }
}

export interface TrainBatch extends TokenRows {
  /** Values of the objective's inputs: token inputs [rows * (width - 1)], row inputs [rows], scalars [1]. */
  readonly inputs: Readonly<Record<string, Float32Array>>
}

export interface OptimiserSettings {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  readonly weightDecay: number
  /** Global L2 norm to which gradients are clipped before the step. */
  readonly clipNorm: number
  /** A norm before clipping above this leaves everything untouched (`applied: false`). Default: no such limit. */
  readonly skipAbove?: number
}

export interface TrainResult {
  readonly loss: number
  /** Global L2 norm before clipping. */
  readonly gradNorm: number
  readonly metrics: Readonly<Record<string, number>>
  /** False when loss or gradient norm is not finite: weights and moments are then untouched. */
  readonly applied: boolean
}

export interface GenerateRequest {
  /** Prompt tokens, one entry a prompt. */
  readonly prompts: readonly Int32Array[]
  /** Stable identity of each prompt and answer: sampling noise is keyed by (seed, promptIds[i], answer, position). */
  readonly promptIds: readonly number[]
  /** Answers a prompt (the group size G). */
  readonly answers: number
  readonly seed: number
  /** 0 = greedy. */
  readonly temperature: number
  readonly topP: number
  readonly topK: number
  readonly maxNewTokens: number
  /** New tokens allowed for each prompt, or for each answer (by prompt, then answer), at most `maxNewTokens`; absent: that for all. */
  readonly limits?: readonly number[]
  readonly stopTokens: readonly number[]
  /** Tokens whose logits are set to -inf before sampling AND in logp. */
  readonly forbidden: readonly number[]
}

export interface Rollout {
  readonly prompt: number // index into request.prompts
  readonly answer: number // 0..answers-1
  readonly tokens: Int32Array // new tokens, the stop token included
  /** Log-probability of each new token under softmax(logits / temperature) (temperature 1 when greedy), before top-p/top-k. */
  readonly logp: Float32Array
  readonly stopped: boolean // false: cut at maxNewTokens
}

/** A tensor by its shape and numbers. `data` may be read from disk at each access (hugging-face/lazy-weights.ts). */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * Weights and optimiser state by name, in a fixed order. Names as Hugging Face's ('model.layers.0.self_attn.q_proj.weight', ...) or,
 * of a policy with adapters, as PEFT's ('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight', ...) and nothing else.
 */
export interface PolicyState {
  readonly weights: ReadonlyMap<string, Weight>
  /** AdamW's first and second moments by the same names; absent in a weights-only checkpoint. */
  readonly moments?: {
    readonly first: ReadonlyMap<string, Float32Array>
    readonly second: ReadonlyMap<string, Float32Array>
  }
  /** Optimiser steps taken (the t of bias correction). */
  readonly optimiserStep: number
}

export interface PolicyOptions {
  readonly shape: ModelShape
  /** Fresh weights from this seed (LAB initialisation; adapters as PEFT's), or a state to start from. */
  readonly start: { readonly seed: number } | PolicyState
  /** Trains low-rank adapters alone, on the frozen weights `base`; `start`, `read` and `write` then speak of adapters. */
  readonly lora?: LoraSettings & { readonly base: PolicyState['weights'] }
  readonly objectives: readonly ObjectiveGraph[]
  /** Logits that are never allowed, in training and scoring as well (token ids). */
  readonly forbidden: readonly number[]
  readonly padToken: number
  readonly mode: 'recorded' | 'eager'
  readonly precision: 'f32' | 'bf16-matmul'
  readonly threads: number
  /** Folder of the recorded-graph cache; absent: no cache. */
  readonly graphCache?: string
}

export interface Policy {
  readonly shape: ModelShape
  /**
   * One optimiser step. Several batches are parts of one mini-batch: their losses, metrics and gradients are summed before the norm
   * is taken (inputs must weigh tokens by the whole mini-batch, as objectives/ does), so parts may have their own widths.
   */
  train(
    objectiveKey: string,
    batch: TrainBatch | readonly TrainBatch[],
    settings: OptimiserSettings,
  ): Promise<TrainResult>
  /** Loss and metrics of an objective without an update (validation). */
  evaluate(
    objectiveKey: string,
    batch: TrainBatch,
  ): Promise<{ loss: number; metrics: Readonly<Record<string, number>> }>
  /** Log-probabilities [rows * (width - 1)] of the tokens as they stand, in the training graph's own arithmetic. */
  score(rows: TokenRows, temperature: number): Promise<Float32Array>
  generate(request: GenerateRequest): Promise<Rollout[]>
  read(options?: { moments?: boolean }): Promise<PolicyState>
  write(state: PolicyState): Promise<void>
  /** Moments to zero and the step counter to 0: a new stage starts its optimiser afresh. */
  resetOptimiser(): Promise<void>
  dispose(): void
}
