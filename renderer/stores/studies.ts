/** Studies: plans of runs with roles, and their results. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { Study } from '#shared/contract/studies.ts'
import { mirroredList } from './mirrored-list.ts'

export const useStudies = defineStore('studies', () => {
  const list = mirroredList<Study>('studies', async (engine) => (await engine.studies.list({})).studies)
  const running = computed(() => list.all.value.find((study) => study.state === 'running') ?? null)
  return { ...list, running }
})
