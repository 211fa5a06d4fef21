/**
 * A list of the engine's, mirrored: loaded once it is wanted, again whenever a notice says so, never twice at a time. It
 * holds no truth of its own; after a failure the last good list stays and the failure stands beside it.
 */
import { computed, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { Failure } from '#shared/contract/failure.ts'
import { failureOf } from '../rpc/failure-of.ts'

export interface Mirror<T> {
  readonly value: ShallowRef<T>
  readonly failure: Ref<Failure | null>
  /** False until the first answer: views show a skeleton, not an empty state. */
  readonly isLoaded: Ref<boolean>
  /** Joins a load under way and asks for one more after it, so the answer is never older than the call. */
  load(): Promise<void>
}

export function mirror<T>(empty: T, pull: () => Promise<T>): Mirror<T> {
  const value = shallowRef(empty) as ShallowRef<T>
  const failure = shallowRef<Failure | null>(null)
  const loads = shallowRef(0)
  let running: Promise<void> | undefined
  let again: Promise<void> | undefined

  async function once() {
    try {
      value.value = await pull()
      failure.value = null
      loads.value += 1
    } catch (error) {
      failure.value = failureOf(error)
    }
  }
  function run(): Promise<void> {
    running = once().finally(() => (running = undefined))
    return running
  }
  function load(): Promise<void> {
    if (!running) return run()
    again ??= running.then(() => {
      again = undefined
      return run()
    })
    return again
  }
  return { value, failure, isLoaded: computed(() => loads.value > 0), load }
}
