/** Saved subsets: versions of a recipe with the rows it drew. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { Subset } from '#shared/contract/datasets.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirror } from './mirror.ts'

export const useSubsets = defineStore('subsets', () => {
  const engine = useEngine()
  const {
    value: all,
    failure,
    isLoaded,
    load,
  } = mirror<readonly Subset[]>([], async () => {
    return (await engine.subsets.list({})).subsets
  })
  engine.changed('subsets', load)
  void load()
  const byId = computed(() => new Map(all.value.map((subset) => [subset.id, subset])))
  const ofDataset = (dataset: string) => all.value.filter((subset) => subset.dataset === dataset)
  return { all, byId, ofDataset, failure, isLoaded, load }
})
