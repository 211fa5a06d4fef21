/** The example's data: lab sets, and from each the subsets that curation by difficulty would draw. Same seeds, same rows. */
import { SubsetRecipe } from '#shared/contract/datasets.ts'
import type { LabDatasetRequest } from '../datasets/dataset-service.ts'

export const exampleSets = [
  { set: 'uniform', rows: 4000, seed: 12, name: 'Example, uniform' },
  { set: 'hard', rows: 1500, seed: 12, name: 'Example, hard' },
] as const satisfies readonly LabDatasetRequest[]

const drawn = { easy: 'easiest quarter', uniform: 'uniform draw', hard: 'hardest quarter' } as const

/** Easy, uniform and hard subsets of the uniform set; the hard set stays whole. */
export function exampleRecipes(set: (typeof exampleSets)[number]['set'], dataset: string): SubsetRecipe[] {
  if (set !== 'uniform') return []
  return (['easy', 'uniform', 'hard'] as const).map((strategy) =>
    SubsetRecipe.parse({
      ...{ dataset, strategy, scorer: 'operators', count: 800, seed: 7, name: `Example, ${drawn[strategy]}` },
    }),
  )
}
