/**
 * Where a stage stands after a step: everything beside weights and optimiser that the next step depends on. Small integers and
 * sums only; noise is keyed by (seed, draw, answer, position), so no generator has a state of its own to keep.
 */
import * as z from 'zod'
import { DataOrder, OrderState } from './data/data-order.ts'

export const StagePosition = z.strictObject({
  /** Steps done. */
  step: z.int().nonnegative(),
  /** The paper's FLOPs (shared/flops) since the stage began, and those of the last step (the budget's half step). */
  flops: z.number().nonnegative(),
  stepFlops: z.number().nonnegative(),
  /** Tokens trained on or generated since the stage began, padding not counted. */
  tokens: z.number().nonnegative(),
  wallMs: z.number().nonnegative(),
  order: OrderState,
  /** The last steps at which validation and test evaluation were done: a resumed run repeats neither and skips neither. */
  validated: z.int().nonnegative().nullable(),
  evaluated: z.int().nonnegative().nullable(),
  /** Rows (by index) that are no longer drawn; only where an objective retires prompts. */
  retired: z.array(z.int().nonnegative()).optional(),
})
export type StagePosition = z.infer<typeof StagePosition>

export const stageStart = (seed: number): StagePosition => ({
  step: 0,
  flops: 0,
  stepFlops: 0,
  tokens: 0,
  wallMs: 0,
  order: DataOrder.start(seed),
  validated: null,
  evaluated: null,
})
