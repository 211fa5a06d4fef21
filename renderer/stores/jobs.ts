/** Long work in the engine: imports, generators, exports, draws. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { Job } from '#shared/contract/datasets.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirroredList } from './mirrored-list.ts'

export const useJobs = defineStore('jobs', () => {
  const list = mirroredList<Job>('jobs', async (engine) => (await engine.jobs.list({})).jobs)
  const running = computed(() => list.all.value.filter((job) => job.state === 'running'))
  const cancel = (id: string) => useEngine().jobs.cancel({ id })
  return { ...list, running, cancel }
})
