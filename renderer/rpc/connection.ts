/**
 * One lasting line to the engine over wires that come and go. A call made while the line is down waits for the next wire; a
 * call in flight when it breaks fails as `engine.stopped`, for only its caller knows whether it may be repeated.
 */
import { computed, readonly, shallowRef } from 'vue'
import type { ClientContext, ClientLink } from '@orpc/client'
import { backoff } from './backoff.ts'
import type { Carrier, Wire } from './carriers.ts'
import { failureOf } from './failure-of.ts'

export type LineState = 'connecting' | 'open' | 'recovering'

export interface Clock {
  wait(ms: number): Promise<void>
}
const wallClock: Clock = { wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) }

export function connection(carrier: Carrier, clock: Clock = wallClock) {
  const state = shallowRef<LineState>('connecting')
  /** Attempts since the line was last open. */
  const attempts = shallowRef(0)
  const opened = new Set<() => void>()
  let wire: Wire | undefined
  let stopped = false
  let waiting: ((wire: Wire) => void)[] = []
  const abort = new AbortController()

  const current = (): Promise<Wire> => (wire ? Promise.resolve(wire) : new Promise((resolve) => waiting.push(resolve)))

  async function keepOpen() {
    while (!stopped) {
      const next = await carrier.connect(abort.signal).catch(() => undefined)
      if (stopped) return
      if (!next) {
        attempts.value += 1
        await clock.wait(backoff(attempts.value))
        continue
      }
      wire = next
      attempts.value = 0
      state.value = 'open'
      const now = waiting
      waiting = []
      now.forEach((resolve) => resolve(next))
      opened.forEach((listener) => listener())
      await next.closed
      wire = undefined
      state.value = 'recovering'
    }
  }

  const link: ClientLink<ClientContext> = {
    async call(path, input, options) {
      const on = await current()
      try {
        return await on.link.call(path, input, options)
      } catch (error) {
        // An abort that the caller asked for is his to see; any other abort is the line breaking under the call.
        throw options.signal?.aborted ? error : failureOf(error)
      }
    },
  }

  return {
    link,
    state: readonly(state),
    attempts: readonly(attempts),
    isOpen: computed(() => state.value === 'open'),
    /** Runs whenever a wire opens, the first time included. */
    onOpen(listener: () => void): () => void {
      opened.add(listener)
      return () => opened.delete(listener)
    },
    start: () => void keepOpen(),
    stop() {
      stopped = true
      abort.abort()
    },
  }
}
export type Connection = ReturnType<typeof connection>
