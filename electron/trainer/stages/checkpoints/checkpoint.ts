/**
 * A checkpoint: the folder `checkpoints/<step>/` with
 *   model.safetensors      the weights, by Hugging Face's names
 *   optimizer.safetensors  AdamW's moments as `first.<name>` and `second.<name>`
 *   state.json             position, what it belongs to, and the sha256 of the two files
 *   pinned                 present when it must not be removed (the engine puts it there)
 * Written under a temporary name, fsynced, renamed: a checkpoint folder is whole or absent, whatever was killed meanwhile.
 */
import * as z from 'zod'
import { checkpointReasons, StageKind } from '#shared/contract/journal.ts'
import { StagePosition } from '../position.ts'

export const checkpointFormat = 1

export const checkpointFiles = {
  model: 'model.safetensors',
  optimizer: 'optimizer.safetensors',
  state: 'state.json',
  pinned: 'pinned',
} as const

export const CheckpointState = z.strictObject({
  format: z.literal(checkpointFormat),
  run: z.string(),
  stage: StageKind,
  /** Of the settings that a resumed run must share (settingsHash): budgets and schedules of evaluation may change. */
  settings: z.string(),
  reason: z.enum(checkpointReasons),
  position: StagePosition,
  /** The t of AdamW's bias correction. */
  optimiserStep: z.int().nonnegative(),
  sha256: z.strictObject({ model: z.string(), optimizer: z.string() }),
})
export type CheckpointState = z.infer<typeof CheckpointState>
