/** A button's deed: busy while it runs, its failure kept for the view to show. A second call waits for nothing: it is ignored. */
import { ref, shallowRef } from 'vue'
import type { Failure } from '#shared/contract/failure.ts'
import { failureOf } from '../rpc/failure-of.ts'

export function useAction<Args extends unknown[], R>(act: (...args: Args) => Promise<R>) {
  const busy = ref(false)
  const failure = shallowRef<Failure | null>(null)
  async function run(...args: Args): Promise<R | undefined> {
    if (busy.value) return undefined
    busy.value = true
    failure.value = null
    try {
      return await act(...args)
    } catch (error) {
      failure.value = failureOf(error)
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { run, busy, failure }
}
