/** Which checkpoints keep-last-N lets go. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckpointReason } from '../events.ts'
import { readState } from './read-checkpoint.ts'

export interface Kept {
  readonly step: number
  readonly reason: CheckpointReason
}

/**
 * The steps to remove so that the `keepLast` newest remain, beside those at validation points (branches start there), those
 * at the start and the end, and pinned ones (removeCheckpoint refuses those). `keepLast` absent: none is removed.
 */
export function superfluous(kept: readonly Kept[], keepLast: number | undefined): number[] {
  if (keepLast === undefined) return []
  return [...kept]
    .sort((a, b) => b.step - a.step)
    .slice(keepLast)
    .filter(({ reason }) => reason !== 'validation' && reason !== 'start' && reason !== 'end')
    .map(({ step }) => step)
    .reverse()
}

/** The checkpoints that earlier attempts of a run left, oldest first. Folders that are no checkpoints are passed over. */
export function keptBefore(checkpoints: string): Kept[] {
  if (!existsSync(checkpoints)) return []
  return readdirSync(checkpoints)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const { position, reason } = readState(join(checkpoints, name))
        return [{ step: position.step, reason }]
      } catch {
        return []
      }
    })
    .sort((a, b) => a.step - b.step)
}
