/**
 * One lasting line to the engine over wires that come and go. A call made while the line is down waits for the next wire. Of
 * what is in flight when it breaks, a read is asked again on the next wire: to its caller the answer is merely late, so what
 * a pane shows stays, and the banner alone tells of the engine. A deed fails as `engine.stopped`, for only its caller knows
 * whether it may be repeated.
 */
import { computed, readonly, shallowRef } from 'vue'
import type { ClientContext, ClientLink } from '@orpc/client'
import { callKind, mostBreaks } from '#shared/contract/call-kinds.ts'
import { backoff } from './backoff.ts'
import type { Carrier, Wire } from './carriers.ts'
import { engineStopped, failureOf } from './failure-of.ts'

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
  const waiting = new Set<(wire: Wire) => void>()
  const abort = new AbortController()

  /** The open wire, or the next one; rejects with the caller's reason when he gives up before. */
  function current(signal: AbortSignal | undefined): Promise<Wire> {
    if (wire) return Promise.resolve(wire)
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        waiting.delete(take)
        reject(signal?.reason)
      }
      const take = (next: Wire) => {
        signal?.removeEventListener('abort', giveUp)
        resolve(next)
      }
      if (signal?.aborted) return giveUp()
      signal?.addEventListener('abort', giveUp)
      waiting.add(take)
    })
  }

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
      const now = [...waiting]
      waiting.clear()
      now.forEach((take) => take(next))
      opened.forEach((listener) => listener())
      await next.closed
      wire = undefined
      state.value = 'recovering'
    }
  }

  const link: ClientLink<ClientContext> = {
    async call(path, input, options) {
      for (let breaks = 1; ; breaks++) {
        const on = await current(options.signal)
        try {
          return await on.link.call(path, input, options)
        } catch (error) {
          // An abort that the caller asked for is his to see; any other abort is the line breaking under the call.
          if (options.signal?.aborted) throw error
          const failure = failureOf(error)
          if (failure.code !== 'engine.stopped' || callKind(path) !== 'read') throw failure
          if (breaks === mostBreaks) throw engineStopped(error, breaks)
          await on.closed
        }
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
