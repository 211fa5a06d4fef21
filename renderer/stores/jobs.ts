/** Long work in the engine: imports, generators, exports, draws. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { Job } from '#shared/contract/datasets.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirror } from './mirror.ts'

export const useJobs = defineStore('jobs', () => {
  const engine = useEngine()
  const {
    value: all,
    failure,
    isLoaded,
    load,
  } = mirror<readonly Job[]>([], async () => {
    return (await engine.jobs.list({})).jobs
  })
  engine.changed('jobs', load)
  void load()
  const byId = computed(() => new Map(all.value.map((job) => [job.id, job])))
  const running = computed(() => all.value.filter((job) => job.state === 'running'))
  const cancel = (id: string) => engine.jobs.cancel({ id })
  return { all, byId, running, failure, isLoaded, load, cancel }
})
