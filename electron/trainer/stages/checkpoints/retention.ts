/** Which checkpoints keep-last-N lets go. */
import type { CheckpointReason } from '../events.ts'

export interface Kept {
  readonly step: number
  readonly reason: CheckpointReason
}

/**
 * The steps to remove so that the `keepLast` newest remain, beside those at validation points (branches start there), the one
 * at the end, and pinned ones (removeCheckpoint refuses those). `keepLast` absent: none is removed.
 */
export function superfluous(kept: readonly Kept[], keepLast: number | undefined): number[] {
  if (keepLast === undefined) return []
  return [...kept]
    .sort((a, b) => b.step - a.step)
    .slice(keepLast)
    .filter(({ reason }) => reason !== 'validation' && reason !== 'end')
    .map(({ step }) => step)
    .reverse()
}
