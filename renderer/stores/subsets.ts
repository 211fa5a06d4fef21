/** Saved subsets: versions of a recipe with the rows it drew. */
import { defineStore } from 'pinia'
import type { Subset } from '#shared/contract/datasets.ts'
import { mirroredList } from './mirrored-list.ts'

export const useSubsets = defineStore('subsets', () => {
  const list = mirroredList<Subset>('subsets', async (engine) => (await engine.subsets.list({})).subsets)
  const ofDataset = (dataset: string) => list.all.value.filter((subset) => subset.dataset === dataset)
  return { ...list, ofDataset }
})
