/**
 * The answer to a question that changes: asked a moment after the last change, only the newest answer counts, and the old
 * one stays until it comes, so that nothing flickers while a reader drags or types.
 */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { Failure } from '#shared/contract/failure.ts'
import { failureOf } from '../rpc/failure-of.ts'

export interface Asked<T> {
  readonly answer: ShallowRef<T | null>
  readonly failure: ShallowRef<Failure | null>
  /** The answer is to an older question. */
  readonly isStale: Ref<boolean>
  /** Asks the same question again. */
  again(): void
}

/** `question` null: nothing is asked, the answer is null. Questions are compared by their JSON. */
export function useAsked<Q, T>(
  question: () => Q | null,
  ask: (question: Q, signal: AbortSignal) => Promise<T>,
  waitMs = 120,
): Asked<T> {
  const answer = shallowRef<T | null>(null) as ShallowRef<T | null>
  const failure = shallowRef<Failure | null>(null)
  const isStale = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let flight = new AbortController()

  async function fly() {
    flight.abort()
    const mine = (flight = new AbortController())
    const now = question()
    if (now === null) {
      answer.value = null
      failure.value = null
      isStale.value = false
      return
    }
    try {
      const came = await ask(now, mine.signal)
      if (mine.signal.aborted) return
      answer.value = came
      failure.value = null
    } catch (error) {
      if (mine.signal.aborted) return
      failure.value = failureOf(error)
    }
    isStale.value = false
  }

  watch(
    () => JSON.stringify(question()),
    (_now, before) => {
      clearTimeout(timer)
      isStale.value = true
      timer = setTimeout(() => void fly(), before === undefined ? 0 : waitMs)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    flight.abort()
  })
  return { answer, failure, isStale, again: () => void fly() }
}
