/**
 * What an objective is: the graph of its loss, and the plain arithmetic before it (advantages, routes, masks, weights). A
 * stage samples, calls `prepare` on the groups, splits the rows into mini-batches, and calls `inputs` on each.
 */
import {
  mul,
  sum,
  where,
  zerosLike,
  greater,
  expandDims,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs'
import type { ObjectiveGraph } from '../policy.ts'
import type { Layout, Prepared, RolloutGroup, UpdateRow } from './update-row.ts'

/** What an objective needs to know of the stage around it. */
export interface ObjectiveContext {
  /** Sampling temperature: log-probabilities are of softmax(logits / temperature). */
  readonly temperature: number
  /** L_max: the stage's response limit in tokens. */
  readonly responseLimit: number
  /**
   * `scored`: rows carry logpOld. `current`: one update a rollout, so π_old is the policy itself and no scoring pass is
   * needed; every ratio is 1 and no clip can bind.
   */
  readonly oldPolicy: 'scored' | 'current'
}

/** Where a stage stands: schedules of objectives go by it. */
export interface Progress {
  readonly step: number
  readonly steps: number
}

export interface Objective {
  readonly graph: ObjectiveGraph
  /** Rows with advantages and roles, from finished groups; metrics are about the groups and the rows. Pure. */
  prepare(groups: readonly RolloutGroup[], progress: Progress): Prepared
  /** Inputs of one training batch of such rows. */
  inputs(rows: readonly UpdateRow[], layout: Layout, progress: Progress): Record<string, Float32Array>
}

export type Inputs = Readonly<Record<string, Tensor2D | Tensor1D | Scalar>>

export const tokens = (inputs: Inputs, key: string): Tensor2D => inputs[key] as Tensor2D // [B, T]
export const column = (inputs: Inputs, key: string): Tensor2D => expandDims(inputs[key] as Tensor1D, 1) // [B, 1]

/** Σ w x over all tokens. */
export const total = (w: Tensor, x: Tensor): Scalar => sum(mul(w, x)) as Scalar

/** 1 where a token carries weight. */
export const present = (w: Tensor2D): Tensor2D => greater(w, 0).toFloat() as Tensor2D

/**
 * x where a token carries weight, 0 elsewhere: what stands at prompts and padding (a forbidden token's -1e9, say) must not
 * reach an exponential, for 0 x Infinity is NaN.
 */
export const only = (w: Tensor2D, x: Tensor2D): Tensor2D => where(greater(w, 0), x, zerosLike(x)) as Tensor2D

/** A key for the recorded-graph cache: the objective's name and every setting that is a constant in its graph. */
export const graphKey = (name: string, constants: Readonly<Record<string, unknown>>): string =>
  `${name} ${JSON.stringify(constants)}`
