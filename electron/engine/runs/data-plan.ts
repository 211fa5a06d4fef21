/** Which rows a stage trains, validates and tests on: from its spec to a plan that a worker can carry out. */
import { Failure } from '#shared/contract/failure.ts'
import type { DataRef, LabSet, Stage } from '#shared/experiment/spec.ts'
import type { TextTask } from '#shared/experiment/task-names.ts'
import { testSets } from '#shared/experiment/test-sets.ts'

export type Split = 'train' | 'validation' | 'test'

export interface PlainRow {
  readonly prompt: string
  readonly trajectory: string
  readonly answer: string
}

/** Rows that are there already (a subset's), or a lab set to be made. */
export type RowSource = { readonly lab: LabSet } | { readonly rows: readonly PlainRow[] }

/** The parts of a run's data, in the order in which they are numbered: test rows first, so that every run with that test set gives them the same ids. */
export type DataPlan = readonly DataPart[]

export interface DataPart {
  readonly split: Split
  readonly source: RowSource
  /** Of test rows of several benchmarks. */
  readonly benchmark?: string
  /** Whose verifier judges them: the benchmark's own data decides, not the task that is trained. */
  readonly verifier?: TextTask
}

/** Rows of a part of a subset, or of a whole dataset (all of it is test rows). */
export type RowsOf = (ref: string, split: Split) => Promise<readonly PlainRow[]>

/**
 * Plans a stage's data. Throws `input.empty` where a subset has no rows for a part, and what `rowsOf` throws.
 *   train       the stage's data (a subset: its train split)
 *   validation  SFT only: the subset's own validation split where it has one, else the stage's validation data
 *   test        the evaluation's data, or each of its benchmarks (a subset: its test split; a dataset: all of it)
 * `verifierOf`: of a benchmark's data; null for one without a verifier of its own.
 */
export async function dataPlan(
  stage: Stage,
  rowsOf: RowsOf,
  verifierOf: (ref: string) => TextTask | null = () => null,
): Promise<DataPlan> {
  const part = async (ref: DataRef, split: Split): Promise<RowSource> => {
    if (typeof ref !== 'string') return ref
    const rows = await rowsOf(ref, split)
    if (rows.length > 0) return { rows }
    throw new Failure({
      code: 'input.empty',
      message: `The subset has no ${split} rows.`,
      input: `subset ${ref}`,
      remedy: `Give the subset's recipe a ${split} split, or name other data.`,
    })
  }
  const plan: DataPart[] = []
  for (const { name, data } of testSets(stage.evaluation)) {
    const verifier = name === null || typeof data !== 'string' ? null : verifierOf(data)
    const source = await part(data, 'test')
    plan.push({ split: 'test', source, ...(name !== null && { benchmark: name }), ...(verifier && { verifier }) })
  }
  if (stage.kind === 'sft') {
    const own = typeof stage.data === 'string' ? await rowsOf(stage.data, 'validation') : []
    plan.push({
      split: 'validation',
      source: own.length > 0 ? { rows: own } : await part(stage.validation.data, 'validation'),
    })
  }
  plan.push({ split: 'train', source: await part(stage.data, 'train') })
  return plan
}
