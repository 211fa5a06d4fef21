/**
 * "Something changed": small, coalesced, at most ten a second for each thing. oRPC has no back-pressure, so nothing else is
 * ever streamed; views pull what they need.
 */
import type { Notice } from '#shared/contract/contract.ts'

type Kind = Exclude<Notice['kind'], 'hello'>

export interface Notices {
  /** Says that `kind` changed; `id` is the run, job or study it is about. */
  changed(kind: Kind, id?: string | null): void
  /** `hello` at once, then what changes, until the signal is aborted. */
  subscribe(signal: AbortSignal | undefined): AsyncGenerator<Notice, void, void>
  /** In-process listeners (studies) hear every change at once. Returns how to stop. */
  listen(heard: (kind: Kind, id: string | null) => void): () => void
  close(): void
}

const everyMs = 100
/** A subscriber that falls behind by more than this hears "all of them" instead. */
const mostPending = 100

export function createNotices(engine: number, waitMs = everyMs): Notices {
  let seq = 0
  let closed = false
  const subscribers = new Set<{ readonly pending: Map<string, { kind: Kind; id: string | null }>; wake: () => void }>()
  const listeners = new Set<(kind: Kind, id: string | null) => void>()

  return {
    changed(kind, id = null) {
      for (const heard of listeners) heard(kind, id)
      for (const subscriber of subscribers) {
        if (subscriber.pending.size >= mostPending) {
          const kinds = new Set([...subscriber.pending.values()].map((entry) => entry.kind))
          subscriber.pending.clear()
          for (const each of kinds) subscriber.pending.set(each, { kind: each, id: null })
        }
        if (!subscriber.pending.has(kind) || id === null)
          subscriber.pending.set(id === null ? kind : `${kind} ${id}`, { kind, id })
        subscriber.wake()
      }
    },
    async *subscribe(signal) {
      const subscriber = { pending: new Map<string, { kind: Kind; id: string | null }>(), wake: () => {} }
      subscribers.add(subscriber)
      const isOver = () => closed || signal?.aborted === true
      const onAbort = () => subscriber.wake()
      signal?.addEventListener('abort', onAbort)
      try {
        yield { engine, seq: ++seq, kind: 'hello', id: null }
        while (!isOver()) {
          if (subscriber.pending.size === 0) {
            await new Promise<void>((resolve) => {
              subscriber.wake = resolve
              if (isOver()) resolve()
            })
            continue
          }
          const batch = [...subscriber.pending.values()]
          subscriber.pending.clear()
          for (const { kind, id } of batch) yield { engine, seq: ++seq, kind, id }
          await new Promise((resolve) => setTimeout(resolve, waitMs))
        }
      } finally {
        signal?.removeEventListener('abort', onAbort)
        subscribers.delete(subscriber)
      }
    },
    listen(heard) {
      listeners.add(heard)
      return () => listeners.delete(heard)
    },
    close() {
      closed = true
      for (const subscriber of subscribers) subscriber.wake()
    },
  }
}
