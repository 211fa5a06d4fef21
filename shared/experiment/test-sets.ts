/** What a stage's evaluations are made on: one unnamed test set, or named benchmarks. */
import type { DataRef, Evaluation } from './spec.ts'

export interface NamedTestSet {
  /** Null: the only one. */
  readonly name: string | null
  readonly data: DataRef
  /** Answers sampled a problem. */
  readonly samples: number
}

/** In the order in which their problems are numbered. */
export const testSets = ({
  benchmarks,
  data,
  samples,
}: Pick<Evaluation, 'benchmarks' | 'data' | 'samples'>): readonly NamedTestSet[] =>
  benchmarks?.map((set) => ({ name: set.name, data: set.data, samples: set.samples ?? samples })) ?? [
    { name: null, data, samples },
  ]
