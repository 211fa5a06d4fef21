/** Every run of the workspace, and what can be done to one. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import type { RunSummary } from '#shared/contract/runs.ts'
import { useEngine } from '../rpc/engine.ts'
import { mirroredList } from './mirrored-list.ts'

const readingMs = 1000

export const useRuns = defineStore('runs', () => {
  const list = mirroredList<RunSummary>('runs', async (engine) => (await engine.runs.list({ deleted: false })).runs)
  const { all, byId, load } = list
  // Step, speed, time left and newest values move with the points: once a second is as fast as anybody reads.
  let isDue = false
  useEngine().changed('points', () => {
    if (isDue) return
    isDue = true
    setTimeout(() => {
      isDue = false
      void load()
    }, readingMs)
  })

  const active = computed(() => all.value.filter((run) => run.state === 'running'))
  const queued = computed(() =>
    all.value.filter((run) => run.state === 'queued').sort((a, b) => (a.queuePosition ?? 0) - (b.queuePosition ?? 0)),
  )
  /** From the root to the run itself: what a breadcrumb shows. */
  function lineage(id: string): readonly RunSummary[] {
    const chain: RunSummary[] = []
    for (let run = byId.value.get(id); run && !chain.includes(run); run = byId.value.get(run.parent ?? ''))
      chain.unshift(run)
    return chain
  }
  return { ...list, active, queued, lineage }
})
