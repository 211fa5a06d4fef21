import { Failure } from '#shared/contract/failure.ts'
import type { RolloutGroup } from './update-row.ts'

/** Throws `input.invalid`, naming the prompt, when an expert answer lacks the recorded probabilities of its tokens. */
export function requireBehaviour(groups: readonly RolloutGroup[]): void {
  for (const { promptId, experts = [] } of groups)
    for (const { behaviourLogp, responseTokens } of experts)
      if (behaviourLogp?.length !== responseTokens.length)
        throw new Failure({
          code: 'input.invalid',
          message: `The expert answer to prompt ${promptId} has no recorded probability for each of its ${responseTokens.length} tokens.`,
          input: `prompt ${promptId}, behaviour "recorded"`,
          remedy: 'Set behaviour to "one", or use a task that records what its expert did.',
        })
}
