/** What the Switch point view draws of one SFT run, pulled anew when runs or points change. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { Failure } from '#shared/contract/failure.ts'
import { failureOf } from '../../rpc/failure-of.ts'
import { useEngine } from '../../rpc/engine.ts'

export type SwitchPointData = Awaited<ReturnType<ReturnType<typeof useEngine>['analysis']['switchPoint']>>

const pullEveryMs = 1500

export function useSwitchPoint(id: Readonly<Ref<string | null>>) {
  const engine = useEngine()
  const data = shallowRef<SwitchPointData | null>(null)
  const failure = shallowRef<Failure | null>(null)
  async function load() {
    const run = id.value
    if (!run) return
    try {
      const answer = await engine.analysis.switchPoint({ run })
      if (run !== id.value) return
      data.value = answer
      failure.value = null
    } catch (error) {
      if (run === id.value) failure.value = failureOf(error)
    }
  }
  watch(
    id,
    () => {
      data.value = null
      void load()
    },
    { immediate: true },
  )
  let timer: ReturnType<typeof setTimeout> | undefined
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      void load()
    }, pullEveryMs)
  }
  const offs = [engine.changed('points', soon), engine.changed('runs', soon)]
  onScopeDispose(() => {
    offs.forEach((off) => off())
    clearTimeout(timer)
  })
  return { data, failure, load }
}
