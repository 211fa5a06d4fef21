/** What the two ways to decode (by TensorFlow's operations, by one of our own) tell the rest of a sampler. */
import type { Output } from '../tensor/graph.ts'
import type { Feeder } from '../tensor/program.ts'

export interface Decoding {
  /** Variables that hold the weights as decoding wants them, while a rollout runs. */
  readonly laidOut: readonly string[]
  /** Their values, worked out from the weights. */
  readonly layOut: (feed: Feeder) => Readonly<Record<string, Output>>
}

/** Names of the caches of all layers: k0, v0, k1, ... */
export const cacheNames = (layers: number): string[] =>
  Array.from({ length: layers }, (_, i) => [`k${i}`, `v${i}`]).flat()

export const slotsVariable = (cache: string): string => `slots/${cache}`
export const promptsVariable = (cache: string): string => `prompts/${cache}`
