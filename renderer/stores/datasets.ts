/** Dataset versions of the workspace. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { Dataset } from '#shared/contract/datasets.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirror } from './mirror.ts'

export const useDatasets = defineStore('datasets', () => {
  const engine = useEngine()
  const {
    value: all,
    failure,
    isLoaded,
    load,
  } = mirror<readonly Dataset[]>([], async () => {
    return (await engine.datasets.list({})).datasets
  })
  engine.changed('datasets', load)
  void load()
  const byId = computed(() => new Map(all.value.map((dataset) => [dataset.id, dataset])))
  return { all, byId, failure, isLoaded, load }
})
