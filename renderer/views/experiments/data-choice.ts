/** The rows a stage trains on, as one choice: a saved subset, or a built-in lab set with its size and seed. Pure. */
import type { Subset } from '#shared/contract/datasets.ts'
import type { DataRef, LabSet, Stage } from '#shared/experiment/spec.ts'
import type { SelectOption } from '../../ui/select-option.ts'
import { count } from '../../format/numbers.ts'

const labTitles: Readonly<Record<LabSet['set'], string>> = {
  easy: 'Lab, Easy',
  uniform: 'Lab, Uniform',
  hard: 'Lab, Hard',
  base: 'Lab, base corpus',
}

export const labOf = (data: DataRef): LabSet | null => (typeof data === 'string' ? null : data.lab)

/** What the select holds: the subset's id, or `lab:SET`. */
export const choiceOf = (data: DataRef): string => (typeof data === 'string' ? data : `lab:${data.lab.set}`)

export function dataOf(choice: string, before: DataRef): DataRef {
  const set = (Object.keys(labTitles) as LabSet['set'][]).find((name) => choice === `lab:${name}`)
  if (!set) return choice
  const { rows, seed } = labOf(before) ?? { rows: 1000, seed: 2 }
  return { lab: { set, rows, seed } }
}

/** `lab`: the stage's kind under the lab task, which has sets of its own; null under another. */
export function dataOptions(subsets: readonly Subset[], lab: Stage['kind'] | null): readonly SelectOption<string>[] {
  const sets: readonly LabSet['set'][] =
    lab === null ? [] : lab === 'pretrain' ? ['base', 'uniform'] : ['easy', 'uniform', 'hard']
  return [
    ...subsets.map(({ id, name, version, rows }) => ({
      value: id,
      title: `${name} v${version}`,
      hint: `${count(rows)} rows`,
    })),
    ...sets.map((set) => ({ value: `lab:${set}`, title: labTitles[set], hint: 'made on the fly' })),
  ]
}

/** Rows in the training part; null for a subset that is not here. */
export function trainingRows(data: DataRef, subsets: readonly Subset[]): number | null {
  const lab = labOf(data)
  return lab ? lab.rows : (subsets.find(({ id }) => id === data)?.splits.train ?? null)
}

export function dataTitle(data: DataRef, subsets: readonly Subset[]): string {
  const lab = labOf(data)
  if (lab) return `${labTitles[lab.set]} ${count(lab.rows)}`
  const subset = subsets.find(({ id }) => id === data)
  return subset ? `${subset.name} v${subset.version}` : String(data)
}
