/** Waiting for something in the engine: looks again at every notice about it, and once a second besides. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineCalls } from '../engine/entry/client.ts'

/**
 * Calls `look` until it returns something else than undefined, and gives that back. Resolves to null when the signal is
 * aborted. Throws what `look` throws.
 */
export async function follow<T>(signal: AbortSignal, look: () => Promise<T | undefined>): Promise<T | null> {
  while (!signal.aborted) {
    const found = await look()
    if (found !== undefined) return found
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
  return null
}

const everyMs = 500

/** Waits until none of `ids` runs or is queued any more (at most `timeoutMs`). */
export async function settled(calls: EngineCalls, ids: readonly string[], timeoutMs: number): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs)
  await follow(deadline, async () => {
    const { states } = await calls.runs.states({})
    const isOpen = states.some(({ id, state }) => ids.includes(id) && state === 'running')
    return isOpen ? undefined : true
  })
}
