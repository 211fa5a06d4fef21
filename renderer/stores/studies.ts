/** Studies: plans of runs with roles, and their results. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { Study } from '#shared/contract/studies.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirror } from './mirror.ts'

export const useStudies = defineStore('studies', () => {
  const engine = useEngine()
  const {
    value: all,
    failure,
    isLoaded,
    load,
  } = mirror<readonly Study[]>([], async () => {
    return (await engine.studies.list({})).studies
  })
  engine.changed('studies', load)
  void load()
  const byId = computed(() => new Map(all.value.map((study) => [study.id, study])))
  const running = computed(() => all.value.find((study) => study.state === 'running') ?? null)
  return { all, byId, running, failure, isLoaded, load }
})
