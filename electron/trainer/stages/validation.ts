/** The validation loss: mean of -log p over ALL response tokens of the validation split (every token weighs the same). */
import { mostPositions } from '#shared/experiment/presets.ts'
import { pieces, responseMask, tokenRows, widthOf } from './data/token-rows.ts'
import type { StageEvent } from './events.ts'
import type { StagePosition } from './position.ts'
import type { StageDeps } from './stage-deps.ts'

/** Rows scored at a time: between two batches a pause can act. */
const rowsAtATime = 64

/** Nats a token. Yields pulses between batches; the weights are not touched. */
export async function* validate(
  { policy, task, data, shape }: StageDeps,
  at: StagePosition,
): AsyncGenerator<StageEvent, number> {
  let nats = 0
  let tokens = 0
  let scored = 0
  for (const rows of pieces(data.validation, rowsAtATime, mostPositions(shape, widthOf(data.validation)))) {
    yield { kind: 'pulse', at, activity: 'evaluating', share: scored / data.validation.length }
    scored += rows.length
    const batch = tokenRows(rows, task.tokenizer.pad)
    const logp = await policy.score(batch, 1)
    const mask = responseMask(rows, batch.width)
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 0) continue
      nats -= logp[i]!
      tokens += 1
    }
  }
  return nats / tokens
}
