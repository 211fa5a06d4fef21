/** Waiting for something in the engine by looking again and again; an engine that is killed meanwhile is waited for as well. */
import { setTimeout as sleep } from 'node:timers/promises'
import { callFailure, type EngineCalls } from '../engine/entry/client.ts'

const everyMs = 500
/** Looks in a row that may fail because the engine is gone or just starting. */
const mostBroken = 20

/**
 * Calls `look` until it returns something else than undefined, and gives that back. Resolves to null when the signal is
 * aborted. `look` must only look: it is called again when the engine died under it. Throws what else it throws.
 */
export async function follow<T>(signal: AbortSignal, look: () => Promise<T | undefined>): Promise<T | null> {
  let broken = 0
  while (!signal.aborted) {
    try {
      const found = await look()
      if (found !== undefined) return found
      broken = 0
    } catch (error) {
      const failure = callFailure(error)
      const isGone = failure.code === 'engine.stopped' || failure.code === 'engine.unreachable'
      if (!isGone || ++broken > mostBroken) throw failure
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
  return null
}

/** Waits until none of `ids` runs any more (at most `timeoutMs`). */
export async function settled(calls: EngineCalls, ids: readonly string[], timeoutMs: number): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs)
  await follow(deadline, async () => {
    const { states } = await calls.runs.states({})
    const isOpen = states.some(({ id, state }) => ids.includes(id) && state === 'running')
    return isOpen ? undefined : true
  })
}
