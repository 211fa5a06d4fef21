/**
 * How large and how hard a data set is: from the saved subset of that name, else from the name itself, as data sets are
 * called (`SFT889K`, `Hard102K`, `uniform 1,000`). Null where neither says.
 */
import type { Subset } from '#shared/contract/datasets.ts'

export const difficultyLevels = ['easy', 'uniform', 'hard'] as const
export type Difficulty = (typeof difficultyLevels)[number]

export interface DatasetFacts {
  /** Trajectories. */
  readonly size: number | null
  readonly difficulty: Difficulty | null
  readonly from: 'subset' | 'name'
}

const factors: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 }

/** The last number of a name, with its K or M; a number that is part of a version (`v2`) is none. */
export function sizeInName(name: string): number | null {
  const found = [...name.matchAll(/(^|[^\d.,])(\d[\d,]*(?:\.\d+)?)\s?([km])?(?![\w.])/gi)].at(-1)
  if (!found || /[v@.]$/i.test(found[1]!)) return null
  const value = Number(found[2]!.replaceAll(',', '')) * (factors[found[3]?.toLowerCase() ?? ''] ?? 1)
  return value >= 2 ? value : null
}

const difficultyInName = (name: string): Difficulty | null =>
  difficultyLevels.find((level) => name.toLowerCase().includes(level)) ?? null

export function datasetFacts(name: string, subsets: readonly Pick<Subset, 'name' | 'rows' | 'recipe'>[]): DatasetFacts {
  const subset = subsets.find((one) => one.name === name)
  if (!subset) return { size: sizeInName(name), difficulty: difficultyInName(name), from: 'name' }
  const { strategy } = subset.recipe
  return {
    size: subset.rows,
    difficulty: difficultyLevels.find((level) => level === strategy) ?? null,
    from: 'subset',
  }
}
