/**
 * DAPO's dynamic sampling: rounds of prompts are answered until enough prompts are partly right (0 < wins < G). A pure decider;
 * the stage samples.
 * Source  DAPO (arXiv 2503.14476) eq. 11; verl's recipe: surplus prompts are discarded, not carried over.
 */
import type { DapoSettings } from '#shared/experiment/objectives.ts'
import type { RolloutGroup } from './update-row.ts'

export interface SamplingRounds {
  /** Groups for the update, in the order they came; never more than asked for. */
  readonly kept: readonly RolloutGroup[]
  readonly rounds: number
  readonly solvedAll: number
  readonly solvedNone: number
  /** Partly right groups beyond the need. */
  readonly surplus: number
}

export const noRounds: SamplingRounds = { kept: [], rounds: 0, solvedAll: 0, solvedNone: 0, surplus: 0 }

/** Right answers of a group, an integer: gates and filters never compare float means. */
export const winsOf = (group: RolloutGroup): number => group.answers.filter((answer) => answer.correct).length

/** The state after one more round. `need`: prompts an update takes. */
export function addRound(state: SamplingRounds, groups: readonly RolloutGroup[], need: number): SamplingRounds {
  const wins = groups.map(winsOf)
  const informative = groups.filter((group, i) => wins[i]! > 0 && wins[i]! < group.answers.length)
  const all = [...state.kept, ...informative]
  return {
    kept: all.slice(0, need),
    rounds: state.rounds + 1,
    solvedAll: state.solvedAll + groups.filter((group, i) => wins[i] === group.answers.length).length,
    solvedNone: state.solvedNone + wins.filter((count) => count === 0).length,
    surplus: state.surplus + Math.max(0, all.length - need),
  }
}

/**
 * What to do next: sample `prompts` more, train on what is kept, or give up (no round is left and the batch is short; with
 * 'train-partial' it trains on the part, unless nothing was kept at all).
 */
export type SamplingDecision =
  | { readonly do: 'sample'; readonly prompts: number }
  | { readonly do: 'train' }
  | { readonly do: 'stop'; readonly why: string }

export function samplingDecision(
  state: SamplingRounds,
  need: number,
  { roundFactor, maxRounds, whenExhausted }: DapoSettings['dynamicSampling'],
): SamplingDecision {
  if (state.kept.length >= need) return { do: 'train' }
  if (maxRounds === 0 || state.rounds < maxRounds) return { do: 'sample', prompts: Math.ceil(need * roundFactor) }
  if (whenExhausted === 'train-partial' && state.kept.length > 0) return { do: 'train' }
  const why =
    `After ${state.rounds} rounds only ${state.kept.length} of ${need} prompts are partly right: ` +
    `${state.solvedAll} were solved by all answers, ${state.solvedNone} by none. ` +
    'Choose data of another difficulty, allow more rounds, or let it train on partial batches.'
  return { do: 'stop', why }
}
