/** The validation loss: mean of -log p over ALL response tokens of the validation split (every token weighs the same). */
import { responseMask, tokenRows } from './data/token-rows.ts'
import type { StageEvent } from './events.ts'
import type { StagePosition } from './position.ts'
import type { StageDeps } from './stage-deps.ts'

/** Rows scored at a time: between two batches a pause can act. */
const rowsAtATime = 64

/** Nats a token. Yields pulses between batches; the weights are not touched. */
export async function* validate(
  { policy, task, data }: StageDeps,
  at: StagePosition,
): AsyncGenerator<StageEvent, number> {
  let nats = 0
  let tokens = 0
  for (let from = 0; from < data.validation.length; from += rowsAtATime) {
    yield { kind: 'pulse', at, activity: 'evaluating', share: from / data.validation.length }
    const rows = data.validation.slice(from, from + rowsAtATime)
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
