/** The validation loss: mean of -log p over ALL response tokens of the validation split (every token weighs the same). */
import { responseMask, tokenRows, widthFor } from './data/token-rows.ts'
import type { StageEvent } from './events.ts'
import type { StagePosition } from './position.ts'
import type { StageDeps } from './stage-deps.ts'

/** Rows scored at a time: one shape, so one recorded graph a width. */
const rowsAtATime = 64

/** Nats a token. Yields pulses between batches; the weights are not touched. */
export async function* validate({ policy, task, data, widths }: StageDeps, at: StagePosition): AsyncGenerator<StageEvent, number> {
  let nats = 0
  let tokens = 0
  for (let from = 0; from < data.validation.length; from += rowsAtATime) {
    yield { kind: 'pulse', at, activity: 'evaluating', share: from / data.validation.length }
    const rows = data.validation.slice(from, from + rowsAtATime)
    const width = widthFor(rows, widths)
    const logp = await policy.score(tokenRows(rows, width, task.tokenizer.pad, rowsAtATime), 1)
    const mask = responseMask(rows, width, rowsAtATime)
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] === 0) continue
      nats -= logp[i]!
      tokens += 1
    }
  }
  return nats / tokens
}
